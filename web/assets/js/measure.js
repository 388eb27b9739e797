// The page measures without this file, at a press. With it, a text is measured while it is written: the server is
// asked, so that there is one way to measure.
"use strict";

const form = document.querySelector("form[data-measures]");
const quietMs = 500;
let waiting = 0;
let asked = 0;

async function measure() {
  const mine = ++asked;
  const typed = new FormData(form);
  typed.set("do", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(typed) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("measure");
    if (mine === asked && fresh) document.getElementById("measure").replaceChildren(...fresh.childNodes);
  } catch {
    // No signal: the press of the button will say so.
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(measure, quietMs);
});
