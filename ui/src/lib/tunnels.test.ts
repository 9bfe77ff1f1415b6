import { describe, expect, it } from 'vitest';
import { isSshHost, tunnelsTo } from './tunnels';

const commands = (address: string, host = ''): string[] =>
  tunnelsTo(address, 4665, host).map(({ command }) => command);

describe('the commands of tunnels', () => {
  it('lead to the port of the listener', () => {
    expect(commands('127.0.0.1', 'me@box.example')).toEqual([
      'cloudflared tunnel --url http://127.0.0.1:4665',
      'ngrok http 4665',
      'tailscale funnel 4665',
      'ssh -N -R 4665:127.0.0.1:4665 me@box.example',
    ]);
  });

  it('lead to this machine where the listener is open to all', () => {
    expect(commands('0.0.0.0')[0], 'nobody can connect to 0.0.0.0 everywhere').toContain('127.0.0.1:4665');
  });

  it('lead to the address the listener is at where that is not the usual one', () => {
    expect(commands('::1')).toEqual([
      'cloudflared tunnel --url http://[::1]:4665',
      'ngrok http http://[::1]:4665',
      'ssh -N -R 4665:[::1]:4665 you@host.example',
    ]);
  });

  it.each(['box', 'me@box.example', 'me.too@10.0.0.7'])('take %s as a host', (host) => {
    expect(isSshHost(host)).toBe(true);
  });

  it.each(['', '-oProxyCommand=x', 'a b', 'box; rm', '$(x)', 'me@', '@box', "bo'x", 'a@-x'])(
    'do not take %s as one',
    (host) => {
      expect(isSshHost(host), 'a shell or SSH would read more in it').toBe(false);
      expect(commands('127.0.0.1', host).at(-1), 'an example stands in its place').toMatch(
        /you@host\.example$/,
      );
    },
  );
});
