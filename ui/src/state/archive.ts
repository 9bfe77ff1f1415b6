/**
 * Writing requests to a HAR file and taking them from one, step by step: each step tells how far it is, and the answer
 * says whether to go on. A file is handed over in pieces and never whole in memory.
 */
import type { BeginExport } from '../bindings/BeginExport';
import type { ExportView } from '../bindings/ExportView';
import type { ImportView } from '../bindings/ImportView';
import type { Host } from '../host';
import { base64 } from '../lib/bytes';

/** Bytes of a file that are handed over at once. */
const PIECE = 2 * 1024 * 1024;

/** Writes the file; null where it was stopped, and nothing is left of it then. */
export async function exportHar(
  host: Host,
  wanted: BeginExport,
  told: (view: ExportView) => boolean,
): Promise<ExportView | null> {
  let view = await host.call('begin_export', wanted);
  while (view.file === null) {
    if (!told(view)) {
      await host.call('stop_carrying', { id: view.id });
      return null;
    }
    view = await host.call('export_next', { id: view.id });
  }
  return view;
}

/** How far an import is: the file is handed over, then its requests are taken. */
export type ImportProgress = { phase: 'reading'; part: number } | { phase: 'taking'; view: ImportView };

/** Takes the requests of a file; null where it was stopped before any was taken. */
export async function importHar(
  host: Host,
  file: Blob,
  told: (progress: ImportProgress) => boolean,
): Promise<ImportView | null> {
  const { id } = await host.call('begin_import', { length: file.size });
  const stop = (): Promise<unknown> => host.call('stop_carrying', { id });
  for (let at = 0; at < file.size; at += PIECE) {
    if (!told({ phase: 'reading', part: at / file.size })) {
      await stop();
      return null;
    }
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    await host.call('import_piece', { id, base64: base64(bytes) });
  }
  for (;;) {
    const view = await host.call('import_next', { id });
    if (view.over) return view;
    if (!told({ phase: 'taking', view })) {
      await stop();
      return view;
    }
  }
}
