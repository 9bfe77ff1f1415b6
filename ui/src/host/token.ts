const KEY = 'hookbench.token';

/**
 * The token of the loopback host comes in the fragment of the address, which is never sent to a server. It is kept for
 * this tab only and taken out of the address bar, so that it does not end up in a history or a screenshot.
 */
export function takeToken(page: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string {
  const found = /(?:^#|&)token=([^&]+)/.exec(page.location.hash);
  if (found?.[1] !== undefined) {
    const token = decodeURIComponent(found[1]);
    page.sessionStorage.setItem(KEY, token);
    page.history.replaceState(null, '', page.location.pathname + page.location.search);
    return token;
  }
  return page.sessionStorage.getItem(KEY) ?? '';
}
