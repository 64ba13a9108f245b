// Says "3 hours ago" for the exact moments that the server writes, so that pages can be cached for everybody.
const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const ago = new Intl.RelativeTimeFormat(document.documentElement.lang);
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function say(time) {
  const moment = new Date(time.dateTime);
  // A reader's clock may run behind the site's.
  const seconds = Math.min(0, Math.round((moment - Date.now()) / 1000));
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const text = unit === "second" ? "just now" : ago.format(Math.trunc(seconds / length), unit);
  if (time.textContent !== text) time.textContent = text;
  time.title = exact.format(moment);
}

const sayAll = (root) => root.querySelectorAll("time[data-relative]").forEach(say);

sayAll(document);
document.addEventListener("htmx:after:settle", () => sayAll(document));
setInterval(() => sayAll(document), 60_000);
