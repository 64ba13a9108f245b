// The conversation's event stream. EventSource comes back by itself after a lost connection and says what it heard
// last; what it gives up on, because the site answered with an error, is tried again here, ever more rarely.
const SOONEST = 2_000;
const LATEST = 60_000;

let source = null;
let patience = SOONEST;
let timer = 0;
let queue = Promise.resolve();

const place = () => document.getElementById("live");

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function open() {
  close();
  const live = place();
  if (!live || document.hidden) return;
  const mine = new EventSource(`${live.dataset.stream}?since=${live.dataset.since}`);
  source = mine;
  mine.addEventListener("open", () => {
    patience = SOONEST;
  });
  mine.addEventListener("message", ({ data, lastEventId }) => {
    // One after another: a message builds on what the ones before it have put there.
    queue = queue.then(() => take(live, data, lastEventId)).catch(console.error);
  });
  mine.addEventListener("error", () => {
    if (mine.readyState !== EventSource.CLOSED || source !== mine) return;
    timer = setTimeout(open, patience * (0.75 + Math.random() / 2));
    patience = Math.min(patience * 2, LATEST);
  });
}

async function take(live, text, version) {
  const coming = {};
  htmx.trigger(document, "coming", coming);
  await coming.ready;
  if (!live.isConnected || Number(version) <= Number(live.dataset.since)) return;
  await htmx.swap({ text, sourceElement: live, target: live, swap: "none" });
  live.dataset.since = version;
}

// A hidden tab and a page that was left hold no connection. Each begins again at what it heard last.
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && open());
addEventListener("online", open);
document.addEventListener("restored", open);
open();
