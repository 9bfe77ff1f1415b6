/** The deliveries below a request, in a window that has little room for them. */
import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { deliveryOf } from '../host/views';
import { all, one, open, settle } from './mounted';

const usual = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'clientHeight');

/** Opens a request with two deliveries in a pane that is so high. */
async function pane(height: number) {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
    configurable: true,
    get(this: HTMLElement) {
      return this.dataset['testid'] === 'detail' ? height : 0;
    },
  });
  const made = await open(new ScriptedRows(1));
  made.host.script.deliveries = () => [
    deliveryOf({ id: 'd2', createdAt: 2 }),
    deliveryOf({ id: 'd1', createdAt: 1 }),
  ];
  all('request-row')[0]?.click();
  await settle();
  return made;
}

afterEach(() => {
  if (usual === undefined) Reflect.deleteProperty(HTMLElement.prototype, 'clientHeight');
  else Object.defineProperty(HTMLElement.prototype, 'clientHeight', usual);
});

describe('the deliveries of a request', () => {
  it('take at most two fifths of the pane', async () => {
    const { bench } = await pane(700);
    bench.view.resizeDock(600);
    await settle();
    expect(one('dock').style.height).toBe('280px');
    expect(one('splitter-dock').getAttribute('aria-valuemax'), 'it goes no further').toBe('280');
    expect(all('answer')).toHaveLength(1);
  });

  it('are rows alone where the pane is low, and are read in their tab', async () => {
    const { bench } = await pane(330);
    expect(all('delivery-row')).toHaveLength(2);
    expect([all('answer').length, all('splitter-dock').length], 'the payload has the room').toEqual([0, 0]);
    const rows = one('delivery-list').parentElement;
    expect(rows?.style.maxHeight, 'every line counts').toBe('28px');
    all('delivery-row')[1]?.focus();
    all('delivery-row')[1]?.click();
    await settle();
    expect([bench.view.tab, bench.opened?.shownDelivery]).toEqual(['deliveries', 'd1']);
    expect(all('answer')).toHaveLength(1);
    expect((document.activeElement as HTMLElement).dataset['id'], 'the keyboard is on it').toBe('d1');
  });
});

describe('what was sent again', () => {
  it('says in the row how often, and marks what was not taken', async () => {
    const store = new ScriptedRows(0);
    store.add(1);
    store.add(1, { deliveries: 1 });
    store.add(1, { deliveries: 1, resent: 'delivered' });
    store.add(1, { deliveries: 2, resent: 'refused' });
    store.add(1, { deliveries: 2, resent: 'failed', forwarded: 'delivered' });
    await open(store);
    const marks = all('request-row').map((row) =>
      row.querySelector<HTMLElement>('[data-testid="row-resent"]'),
    );
    expect(marks.map((mark) => mark && [mark.title, mark.classList[0]])).toEqual([
      ['Sent again: the last time no whole answer came', 'bad'],
      ['Sent again 2 times: the last time the target did not take it', 'bad'],
      ['Sent again once: the target took it', 'ok'],
      ['Sent again once', 'dim'],
      null,
    ]);
  });
});
