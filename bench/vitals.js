// Collects what web-vitals would: the largest paint, layout shifts, long tasks and slow events.
window.vitals = { lcp: 0, cls: 0, tbt: 0, inp: 0 };
const watch = (type, note, more = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (entry) => { vitals.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) vitals.cls += entry.value; });
watch("longtask", (entry) => { vitals.tbt += Math.max(0, entry.duration - 50); });
watch("event", (entry) => { vitals.inp = Math.max(vitals.inp, entry.duration); }, { durationThreshold: 16 });
