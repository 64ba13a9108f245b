// A page is the same for everybody. A reader who has acted before asks for what is theirs: edits, votes, what waits.
const FLAG = "acted";

function recall() {
  const place = document.getElementById("waiting");
  if (!place || !localStorage.getItem(FLAG)) return;
  htmx.ajax("GET", place.dataset.yours, place);
}

document.addEventListener("acted", () => {
  localStorage.setItem(FLAG, "1");
  recall();
});

document.addEventListener("restored", recall);
recall();
