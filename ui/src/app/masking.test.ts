/** Where a value is masked: at the endpoint of its request, or everywhere; and that it is told where more is covered. */
import { describe, expect, it } from 'vitest';
import type { EndpointView } from '../bindings/EndpointView';
import type { MaskView } from '../bindings/MaskView';
import { ScriptedRows } from '../host/scripted';
import { endpointOf } from '../host/views';
import { all, choose, hostileOf, one, open, settle, write } from './mounted';

async function window_(endpoints: EndpointView[] = [endpointOf()]) {
  const made = await open(new ScriptedRows(2));
  const { bench, host } = made;
  let kept: MaskView[] = [];
  host.script.endpoints = () => endpoints;
  host.script.mask_paths = () => kept;
  host.script.add_mask_path = ({ pointer, endpoint }) => (kept = [...kept, { pointer, endpoint }]);
  host.script.remove_mask_path = ({ pointer, endpoint }) =>
    (kept = kept.filter((one) => one.pointer !== pointer || one.endpoint !== endpoint));
  await bench.around.loadEndpoints();
  bench.select('r2');
  await settle();
  bench.masking.pointer = '/a';
  return made;
}

describe('a value of the payload', () => {
  it('is masked at the endpoint of its request first, and everywhere where that is meant', async () => {
    const { bench } = await window_();
    await bench.masking.addChosen(bench.masking.endpoint);
    expect(bench.masking.paths).toEqual([{ pointer: '/a', endpoint: '/stripe' }]);
    const note = bench.notes.list.at(-1);
    expect(note?.message).toBe('Masked at /stripe in copies and while presenting: /a');
    await bench.masking.addChosen(null);
    expect(bench.masking.paths).toContainEqual({ pointer: '/a', endpoint: null });
    note?.offer?.run();
    await settle();
    expect(bench.masking.paths, 'it is taken back where it was').toEqual([{ pointer: '/a', endpoint: null }]);
  });

  it('is masked everywhere where its endpoint is gone', async () => {
    const { bench } = await window_([]);
    await bench.masking.addChosen(bench.masking.endpoint);
    expect(bench.masking.paths).toEqual([{ pointer: '/a', endpoint: null }]);
  });

  it('holds elsewhere once its endpoint is removed, which is asked for', async () => {
    const { host } = await window_();
    const before = host.asked.length;
    host.happened({ endpoints: true });
    await settle();
    expect(host.asked.slice(before).map(([name]) => name)).toContain('mask_paths');
  });
});

describe('the settings', () => {
  it('let one choose where a pointer holds, and say it of each', async () => {
    const { bench } = await window_();
    await bench.masking.addChosen(bench.masking.endpoint);
    bench.view.openSettings('masking');
    await settle();
    write('mask-pointer', '/b');
    await settle();
    one('mask-add').click();
    await settle();
    write('mask-pointer', '/c');
    choose('mask-where', '/stripe');
    await settle();
    one('mask-add').click();
    await settle();
    expect(all('mask-path').map((line) => line.textContent.replace(/\s+/g, ' ').trim())).toEqual([
      '/a at /stripe',
      '/b everywhere',
      '/c at /stripe',
    ]);
  });
});

describe('a request of which not all can be found that is to be masked', () => {
  it('says that more is covered', async () => {
    const { bench, host } = await window_();
    expect(all('more-covered')).toHaveLength(0);
    const row = bench.list.row('r2');
    if (row === undefined) throw new Error('there is no row');
    host.script.request = () => ({ ...hostileOf(row, '{}'), moreCovered: true });
    await bench.opened?.load();
    await settle();
    expect(one('more-covered').textContent).toContain('More is covered in this request than you chose');
  });
});
