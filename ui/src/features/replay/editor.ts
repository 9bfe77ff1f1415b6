/**
 * The body editor: CodeMirror in a shadow root, where its style sheets are constructed ones and the page's policy
 * against inline styles holds. It never changes the text by itself; line ends stay as they are.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { escapeOf } from '../../lib/escape';

export interface BodyEditor {
  setText(text: string): void;
  setJson(json: boolean): void;
  focus(): void;
  destroy(): void;
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--key)' },
  { tag: tags.string, color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--accent)' },
  { tag: [tags.bool, tags.null], color: 'var(--warn)' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--bg)', fontSize: '12.5px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--pane)',
    color: 'var(--faint)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-specialChar': { color: 'var(--warn)', backgroundColor: 'var(--warn-soft)', borderRadius: '2px' },
  '.cm-panels, .cm-tooltip': {
    backgroundColor: 'var(--pane)',
    color: 'var(--text)',
    borderColor: 'var(--line)',
  },
  '.cm-diagnostic': { fontFamily: 'var(--ui)' },
});

/** Line ends are kept: where all are CRLF they stay so, else a CR is a character like others and is shown. */
export function lineSeparatorOf(text: string): '\r\n' | '\n' {
  const feeds = text.split('\n').length - 1;
  return feeds > 0 && text.split('\r\n').length - 1 === feeds && !/\r(?!\n)/.test(text) ? '\r\n' : '\n';
}

/** What replaces a character that cannot be seen. */
function specialChar(code: number): HTMLElement {
  const element = document.createElement('span');
  element.className = 'cm-specialChar';
  element.textContent = escapeOf(String.fromCodePoint(code));
  return element;
}

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  json: boolean;
  label: string;
  onchange: (text: string) => void;
}

export function openEditor({ parent, text, json: isJson, label, onchange }: EditorOptions): BodyEditor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const language = new Compartment();
  const separator = lineSeparatorOf(text);
  const forJson = (on: boolean) => (on ? [json(), linter(checkJson), lintGutter()] : []);
  const state = EditorState.create({
    doc: text,
    extensions: [
      EditorState.lineSeparator.of(separator),
      lineNumbers(),
      foldGutter(),
      history(),
      drawSelection(),
      bracketMatching(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      highlightSpecialChars({
        addSpecialChars: /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060-\u2064\ufeff]/gu,
        render: specialChar,
      }),
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, 'data-testid': 'replay-body', tabindex: '0' }),
      keymap.of(
        [...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab].filter(
          (k) => k.key !== 'Mod-Enter',
        ),
      ),
      look,
      language.of(forJson(isJson)),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onchange(update.state.sliceDoc());
      }),
    ],
  });
  const view = new EditorView({ state, root, parent: root });
  return {
    setText(wanted) {
      if (view.state.sliceDoc() === wanted) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(wanted) } });
    },
    setJson(on) {
      view.dispatch({ effects: language.reconfigure(forJson(on)) });
    },
    focus() {
      view.focus();
    },
    destroy() {
      view.destroy();
    },
  };
}

const parse = jsonParseLinter();

/** An empty body and a very long one are not checked. */
function checkJson(view: EditorView): ReturnType<typeof parse> {
  return view.state.doc.length === 0 || view.state.doc.length > 2_000_000 ? [] : parse(view);
}
