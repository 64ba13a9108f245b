// A page is the same for everybody. A reader who has acted before asks for what is theirs: edits, votes, what waits.
const FLAG = "acted";

// Where nothing may be stored it is known for as long as the page is open.
let hasActed = false;
try {
  hasActed = Boolean(localStorage.getItem(FLAG));
} catch {}

function recall() {
  const place = document.getElementById("waiting");
  if (place && hasActed) htmx.ajax("GET", place.dataset.yours, place);
}

document.addEventListener("acted", () => {
  hasActed = true;
  try {
    localStorage.setItem(FLAG, "1");
  } catch {}
  recall();
});

document.addEventListener("restored", recall);
recall();
