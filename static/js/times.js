// Says "3 hours ago" for the exact moments that the server writes, so that pages can be cached for everybody.
const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const TIMES = "time[data-relative]";
let exact = null;

// The site speaks English, and Intl.RelativeTimeFormat takes a phone a fifth of a second to get ready.
function ago(seconds) {
  const [unit, length] = STEPS.find(([, length]) => seconds >= length) ?? [];
  const number = Math.floor(seconds / length);
  return unit ? `${number} ${unit}${number > 1 ? "s" : ""} ago` : "just now";
}

function say(time) {
  // A reader's clock may run behind the site's.
  const text = ago(Math.max(0, Math.round((Date.now() - new Date(time.dateTime)) / 1000)));
  if (time.textContent !== text) time.textContent = text;
}

// The moment by the reader's own clock, made ready for the first who wants to see one; until then the server's stands.
function sayExactly({ target }) {
  const time = target.closest?.(TIMES);
  if (!time) return;
  exact ??= new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
  time.title = exact.format(new Date(time.dateTime));
}

const sayAll = (root) => root.querySelectorAll(TIMES).forEach(say);

sayAll(document);
document.addEventListener("htmx:after:settle", () => sayAll(document));
document.addEventListener("pointerover", sayExactly);
setInterval(() => sayAll(document), 60_000);
