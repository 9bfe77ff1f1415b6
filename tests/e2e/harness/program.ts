/** `hookbench`, as a person runs it: one that serves the interface, and single commands on the same data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM =
  process.env['HOOKBENCH_BINARY'] ?? resolve(import.meta.dirname, '../../../target/debug/hookbench');
const PATIENCE = 20_000;

// However this process ends, what it started ends with it.
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Serving {
  /** The folder of its data. */
  data: string;
  /** The base URL of the listener. */
  listener: string;
  /** The address of the interface with its token. */
  interface: string;
  /** Runs a command on the same data and gives what it prints. */
  run: (...args: string[]) => Promise<string>;
  /** Ends the program and keeps its data. */
  stop: () => Promise<void>;
  /** Ends the program and removes its data. */
  end: () => Promise<void>;
}

/** Starts `hookbench serve` on data of its own, or on what another one left; 0 is any port for its listener. */
export async function serve(left?: string, port = 0): Promise<Serving> {
  const data = left ?? (await mkdtemp(join(tmpdir(), 'hookbench-e2e-')));
  const env = {
    ...process.env,
    HOOKBENCH_DATA_DIR: data,
    HOOKBENCH_SECRETS: 'file',
    HOOKBENCH_PORT: '0',
    // Nothing is written to the downloads of the person who runs this.
    HOME: data,
    XDG_CONFIG_HOME: data,
  };
  const current = await start(env, port);
  const stop = async (): Promise<void> => {
    const { child } = current;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await gone;
    clearTimeout(late);
  };
  return {
    data,
    listener: current.listener,
    interface: current.interface,
    run: (...args) =>
      new Promise((done, failed) => {
        const child = execFile(PROGRAM, args, { env, maxBuffer: 64 << 20 }, (error, output, said) => {
          if (error === null) done(output);
          else failed(new Error(`hookbench ${args.join(' ')}: ${said}`));
        });
        child.stdin?.end();
      }),
    stop,
    end: async () => {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function start(
  env: NodeJS.ProcessEnv,
  port: number,
): Promise<{ child: ChildProcess; listener: string; interface: string }> {
  const child = spawn(PROGRAM, ['serve', '--json', '--port', String(port)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const found: Record<string, string> = {};
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((done, failed) => {
    const late = setTimeout(
      () => failed(new Error(`hookbench says where it is; it said: ${said}`)),
      PATIENCE,
    );
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`hookbench ended with ${String(code)}: ${said}`)));
    lines.on('line', (line) => {
      Object.assign(found, JSON.parse(line));
      if (found['interface'] === undefined) return;
      clearTimeout(late);
      done();
    });
  });
  return { child, listener: found['listening'] ?? '', interface: found['interface'] ?? '' };
}
