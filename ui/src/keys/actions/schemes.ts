/** Own signature schemes: described from a request, made, tested, kept. */
import { copy } from '../../state/copy';
import type { Action } from './action';
import { always, reading } from './when';

export const SCHEMES: readonly Action[] = [
  {
    id: 'scheme.describe',
    title: 'Describe this sender’s scheme…',
    group: 'Request',
    keys: [],
    when: reading,
    run: (bench) => {
      if (bench.row !== null) void bench.schemes.describe(bench.row);
    },
  },
  {
    id: 'scheme.list',
    title: 'Own schemes',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.schemes.leave();
      bench.view.openSettings('schemes');
    },
  },
  {
    id: 'scheme.new',
    title: 'New scheme…',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder === null,
    run: (bench) => void bench.schemes.make(),
  },
  {
    id: 'scheme.import',
    title: 'Import a scheme…',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder === null,
    run: (bench) => {
      bench.view.open({ kind: 'importScheme' });
    },
  },
  {
    id: 'scheme.keep',
    title: 'Keep the scheme',
    group: 'Hookbench',
    keys: ['mod+s'],
    once: true,
    when: (bench) => bench.schemes.builder?.right === true,
    run: (bench) => void bench.schemes.keep(),
  },
  {
    id: 'scheme.face',
    title: 'Show the scheme as a form or as TOML',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder !== null,
    run: (bench) => {
      const { builder } = bench.schemes;
      builder?.show(builder.face === 'form' ? 'toml' : 'form');
    },
  },
  {
    id: 'scheme.test',
    title: 'Test the scheme on all captured requests',
    group: 'Hookbench',
    keys: [],
    beside: always,
    when: (bench) => {
      const { builder } = bench.schemes;
      return builder !== null && !builder.testing && (builder.tested?.next ?? null) !== null;
    },
    run: (bench) => void bench.schemes.builder?.testAll(),
  },
  {
    id: 'scheme.copy',
    title: 'Copy the scheme as TOML',
    group: 'Hookbench',
    keys: [],
    beside: always,
    when: (bench) => bench.schemes.builder !== null,
    run: (bench) => void copy(bench, 'TOML', bench.schemes.builder?.toml ?? ''),
  },
];
