// What is measured inside the page. Moments are milliseconds since the epoch, so that they fit those of other programs
// on this machine; "drawn" is the moment in which the page is free again after the frame that shows it.

const LIST = '[data-testid="request-list"]';
const ROW = '[data-testid="request-row"]';
// Nothing that is waited for takes as long; a script of the driver may take 30 s.
const PATIENCE = 20000;

const list = () => document.querySelector(LIST);
const rows = () => [...document.querySelectorAll(ROW)];
const now = () => performance.timeOrigin + performance.now();
const frame = () => new Promise((done) => requestAnimationFrame(() => done(performance.now())));

/** Calls back once the frame that is being made is drawn. */
function afterDrawing(done) {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(now());
  channel.port2.postMessage(null);
}

/** When the first frame was drawn in which this holds. */
function until(holds, what) {
  const end = performance.now() + PATIENCE;
  return new Promise((done, fail) => {
    const look = () => {
      if (holds()) afterDrawing(done);
      else if (performance.now() > end) fail(new Error(`it is never seen: ${what}`));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** The row the keyboard stands on. */
const standing = () => document.querySelector(`${ROW}[tabindex="0"]`)?.dataset.id;
const opened = () => document.querySelector(`${ROW}[aria-current="true"]`)?.dataset.id;
const palette = () => document.querySelector('[data-testid="palette"]') !== null;

/** What the palette has found. */
const found = () =>
  [...document.querySelectorAll('[data-testid="palette-action"]')].map((one) => one.dataset.action).join(' ');

function edgesOfList() {
  const shown = list();
  if (shown === null) throw new Error(`instead of the list is shown: ${document.body.innerText.slice(0, 1000)}`);
  return shown.getBoundingClientRect();
}

/** The first row in sight, and where it stands. */
function standsFirst() {
  const edges = edgesOfList();
  const first = rows().find((row) => row.getBoundingClientRect().bottom > edges.top + 24);
  return `${first?.dataset.id} at ${Math.round(first?.getBoundingClientRect().top)}`;
}

/** Whether the middle of the list shows a row, and nothing that stands for one that is still being read. */
function covered() {
  const edges = edgesOfList();
  const middle = document.elementFromPoint(edges.left + 90, edges.top + edges.height / 2);
  return (middle?.closest(ROW) ?? null) !== null;
}

/** Turns the wheel by so many pixels. What the page does not do itself is done as a browser does it. */
function wheel(pixels) {
  const turned = new WheelEvent('wheel', { deltaY: pixels, bubbles: true, cancelable: true });
  const at = rows()[0] ?? list();
  if (at.dispatchEvent(turned)) list().scrollTop += pixels;
}

/**
 * Does something in each frame for so long. `intervals`: from frame to frame. `works`: how long the page was busy with a
 * frame. `blank`: in how many frames the middle of the list showed no row, `longest`: for how many milliseconds at once.
 */
async function frames(milliseconds, step, isCovered = covered) {
  const [intervals, works] = [[], []];
  let [blank, longest, since] = [0, 0, null];
  let last = await frame();
  const end = last + milliseconds;
  while (last < end) {
    if (isCovered()) since = null;
    else {
      since ??= last;
      blank += 1;
      longest = Math.max(longest, last - since);
    }
    const begun = now();
    step(end - last);
    afterDrawing((drawn) => works.push(drawn - begun));
    const at = await frame();
    intervals.push(at - last);
    last = at;
  }
  return { intervals, works, blank, longest };
}

/** What stands above the list and moves all of it where it comes or goes. */
const above = () =>
  [...document.querySelectorAll('[data-testid$=banner]')].map((banner) => banner.textContent.trim()).join('; ') || 'nothing above it';

/** Watches the rows in each frame until it is told to end: what stood where, and whether that was ever another. */
class Watch {
  changes = [];
  #watching = true;

  constructor(look) {
    let before = look();
    const on = () => {
      if (!this.#watching) return;
      const is = look();
      if (is !== before) this.changes.push(`${before} became ${is}, ${above()}`);
      before = is;
      requestAnimationFrame(on);
    };
    requestAnimationFrame(on);
  }

  end() {
    this.#watching = false;
    return this.changes;
  }
}

let watch = null;
let answers = [];
let doing = null;
const under = (x, y) => document.elementFromPoint(x, y)?.closest(ROW)?.dataset.id ?? null;

/** What an input is answered with, by its name: what is another when it is answered. */
const ANSWERS = { standing, opened, palette, found };

// From the moment the system gives to an input until its answer is drawn.
for (const kind of ['keydown', 'pointerdown']) {
  addEventListener(
    kind,
    (event) => {
      if (doing === null || event.key === 'Control') return;
      const [what, look, began] = [doing, ANSWERS[doing], performance.timeOrigin + event.timeStamp];
      const [before, aimed] = [look(), event.target.closest?.(ROW)?.dataset.id ?? null];
      doing = null;
      const given = now();
      // Sent before what the page itself does with the input, and heard once that is done.
      let done = null;
      afterDrawing((at) => (done = at));
      until(() => look() !== before, `an answer to ${kind}`).then(
        // What was drawn at once was drawn as soon as it was done.
        (drawn) => answers.push({ began, given, done: done ?? drawn, drawn, aimed }),
        () => {
          const input = event.key ?? `the pointer on ${event.target.outerHTML?.slice(0, 200)}`;
          const keyboard = document.activeElement?.outerHTML.slice(0, 200);
          const failed = `${input} changed nothing of ${what}, which is ${before}; the keyboard is on ${keyboard}`;
          answers.push({ failed: `${failed}; shown is ${document.body.innerText.slice(0, 1000)}` });
        },
      );
    },
    { capture: true },
  );
}

window.bench = {
  ready: () => until(() => list() !== null && rows().length > 0, 'rows'),
  count: () => Number(list().getAttribute('aria-rowcount')) - 1,
  counted: (rows) => until(() => window.bench.count() >= rows, `${rows} rows`),
  shown: (text) => until(() => rows().some((row) => row.textContent.includes(text)), text),
  detail: (text) =>
    until(
      () => document.querySelector('[data-testid="detail-title"]')?.textContent.includes(text),
      `the request ${text}`,
    ),
  listener: () => document.querySelector('[data-testid="listener-url"]')?.textContent.trim() ?? null,
  /** The middle of the row at this place of the screen. */
  place: (at) => {
    const edges = edgesOfList();
    const row = rows().filter((row) => row.getBoundingClientRect().top >= edges.top + 24)[at];
    const { left, top, height } = row.getBoundingClientRect();
    return [Math.round(left + 90), Math.round(top + height / 2)];
  },

  /** The next input is waited for to change this. */
  expect: (what) => {
    doing = what;
  },
  /** The answer to the input that was expected. */
  answer: async () => {
    await until(() => answers.length > 0, 'an answer');
    const answer = answers.pop();
    if (answer.failed) throw new Error(answer.failed);
    return answer;
  },

  /** Rows of nothing but text, over everything: what a list costs that does nothing of its own. */
  plain: () => {
    const cover = document.createElement('div');
    cover.id = 'bench-plain';
    cover.style.cssText = 'position:fixed;inset:0;z-index:9;overflow:auto;background:white;color:black';
    for (let row = 0; row < 1000; row += 1) {
      const line = cover.appendChild(document.createElement('div'));
      line.style.cssText = 'height:28px;padding:4px 10px;white-space:nowrap';
      line.textContent = `${row} POST /stripe payment_intent.succeeded 200 1.4 kB`;
    }
    document.body.append(cover);
  },
  /** Scrolls these from end to end and back. */
  rollPlain: (milliseconds) => {
    const cover = document.getElementById('bench-plain');
    let by = 84;
    const step = () => {
      const before = cover.scrollTop;
      cover.scrollTop += by;
      if (cover.scrollTop === before) by = -by;
    };
    return frames(milliseconds, step, () => true);
  },
  bare: () => document.getElementById('bench-plain').remove(),
  still: (milliseconds) => frames(milliseconds, () => undefined),
  roll: (milliseconds, pixels) => frames(milliseconds, () => wheel(pixels)),
  /** Drags the bar from the top of the list to its end. */
  drag: (milliseconds) => {
    const reach = list().scrollHeight - list().clientHeight;
    return frames(milliseconds, (left) => {
      list().scrollTop = reach * (1 - left / milliseconds);
    });
  },
  /** Goes to a part of the list at once; how long until its rows are drawn. */
  jump: async (part) => {
    const begun = now();
    list().scrollTop = (list().scrollHeight - list().clientHeight) * part;
    await frame();
    return (await until(covered, 'rows after a jump')) - begun;
  },

  /** Watches from now on where the rows stand. */
  watchRows: () => {
    watch = new Watch(standsFirst);
  },
  /** Watches from now on where the rows stand and which is open. */
  watchOpen: () => {
    watch = new Watch(() => `${standsFirst()}, open ${opened()}`);
  },
  /** Watches from now on what lies under this place. */
  watchPlace: (x, y) => {
    watch = new Watch(() => under(x, y));
  },
  watched: () => watch.end(),
  opened,
};
