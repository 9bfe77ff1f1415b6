/** Ready commands that bring what the internet sends to the listener. None of them is run here. */

export interface Tunnel {
  id: 'cloudflared' | 'ngrok' | 'tailscale' | 'ssh';
  title: string;
  command: string;
  /** What has to be there, and what comes of it. */
  hint: string;
}

/** The address at which this machine itself reaches a listener at `address`. */
function reachedAt(address: string): string {
  if (['0.0.0.0', '::', ''].includes(address)) return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

/** Whether a text can stand in a command for where SSH goes: a name or `user@name`, and nothing a shell or SSH reads as more. */
export function isSshHost(text: string): boolean {
  return /^(?:[\p{L}\p{N}_][\p{L}\p{N}_.-]*@)?[\p{L}\p{N}][\p{L}\p{N}.-]*$/u.test(text);
}

/** It leads to 127.0.0.1 and nowhere else. */
const FUNNEL = (port: number): Tunnel => ({
  id: 'tailscale',
  title: 'Tailscale Funnel',
  command: `tailscale funnel ${port}`,
  hint: 'Funnel must be allowed in your tailnet; the URL stays the same.',
});

export function tunnelsTo(address: string, port: number, sshHost: string): Tunnel[] {
  const at = reachedAt(address);
  const here = at === '127.0.0.1';
  const local = `http://${at}:${port}`;
  return [
    {
      id: 'cloudflared',
      title: 'cloudflared',
      command: `cloudflared tunnel --url ${local}`,
      hint: 'A quick tunnel: no account; a new https URL at each start.',
    },
    {
      id: 'ngrok',
      title: 'ngrok',
      command: `ngrok http ${here ? port : local}`,
      hint: 'Needs an account; it shows its https URL.',
    },
    ...(here ? [FUNNEL(port)] : []),
    {
      id: 'ssh',
      title: 'SSH to a host of your own',
      command: `ssh -N -R ${port}:${at}:${port} ${isSshHost(sshHost) ? sshHost : 'you@host.example'}`,
      hint: `Port ${port} there leads here. It is open to that host alone unless its sshd says GatewayPorts; a web server on it passes requests on, with https.`,
    },
  ];
}
