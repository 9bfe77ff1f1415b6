/** A store with a million requests, made by the database itself: through the listener it would take minutes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Fills the store of a program that is stopped. Needs `sqlite3` on the path. */
export async function fill(database: string, rows: number): Promise<void> {
  const first = 1_795_000_000_000_000;
  const sql = `
    PRAGMA synchronous = OFF;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO request (id, received_at, took_micros, method, target, version, peer, endpoint_path, provider, event,
      delivery_key, verdict, state, answered, body_length, body_sha256)
    SELECT randomblob(16), ${first} + i * 1000, 300 + i % 5000, 'POST', '/' || CASE i % 3 WHEN 0 THEN 'stripe' ELSE 'github' END
        || '/' || i, 'HTTP/1.1', '127.0.0.1:5000', CASE i % 3 WHEN 0 THEN '/stripe' ELSE '/github' END,
      CASE i % 3 WHEN 0 THEN 'stripe' ELSE 'github' END, CASE i % 3 WHEN 0 THEN 'invoice.paid' ELSE 'push' END,
      'd-' || i, CASE i % 50 WHEN 0 THEN 'invalid' ELSE 'valid' END, 'complete', 200, 100 + i % 300, randomblob(32)
    FROM n;
    -- What is starred is never cleared away.
    INSERT INTO annotation (request, starred) SELECT sequence, 1 FROM request;
    INSERT INTO tally (kind, value, requests, bytes) VALUES ('all', '', ${rows}, ${rows} * 250)
      ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, bytes = bytes + excluded.bytes;
    PRAGMA wal_checkpoint(TRUNCATE);`;
  await promisify(execFile)('sqlite3', ['-bail', database, sql]);
}
