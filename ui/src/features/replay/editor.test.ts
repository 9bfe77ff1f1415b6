import { afterEach, describe, expect, it } from 'vitest';
import { lineSeparatorOf, openEditor } from './editor';

afterEach(() => {
  document.body.replaceChildren();
});

function opened(text: string): {
  parent: HTMLElement;
  changes: string[];
  editor: ReturnType<typeof openEditor>;
} {
  const parent = document.createElement('div');
  document.body.append(parent);
  const changes: string[] = [];
  const editor = openEditor({
    parent,
    text,
    json: true,
    label: 'Body',
    onchange: (now) => changes.push(now),
  });
  return { parent, changes, editor };
}

describe('line ends', () => {
  it('stay what they are', () => {
    expect(lineSeparatorOf('a\r\nb\r\n')).toBe('\r\n');
    expect(lineSeparatorOf('a\nb')).toBe('\n');
    expect(lineSeparatorOf('a\r\nb\n'), 'mixed: a CR is a character like others').toBe('\n');
    expect(lineSeparatorOf('a\rb\r\n')).toBe('\n');
    expect(lineSeparatorOf('')).toBe('\n');
  });

  it.each(['{"a":1}\r\n{"b":2}\r\n', 'a\r\nb\nc', 'a\rb\r\nc', '{ "n" : 1.0 }\n'])(
    'of %j survive an edit of it',
    (text) => {
      const { changes, editor } = opened('');
      editor.destroy();
      const again = opened(text);
      again.editor.setText(`${text}x`);
      expect(again.changes).toEqual([`${text}x`]);
      expect(changes).toEqual([]);
      again.editor.destroy();
    },
  );
});

describe('the editor', () => {
  it('lives in a shadow root, where the policy of the page allows its styles', () => {
    const { parent, editor } = opened('{}');
    expect(parent.shadowRoot?.querySelector('.cm-content')?.getAttribute('aria-label')).toBe('Body');
    expect(document.head.querySelectorAll('style')).toHaveLength(0);
    editor.destroy();
  });

  it('does not change the text by itself', () => {
    const { changes, editor } = opened('{"b":1 ,"a":2}');
    editor.setJson(false);
    editor.setJson(true);
    editor.setText('{"b":1 ,"a":2}');
    expect(changes).toEqual([]);
    editor.destroy();
  });
});
