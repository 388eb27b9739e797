// Every page works without this file. It moves the eye to what went wrong, stops a double press from
// sending a form twice, and keeps a page that is waiting for news up to date.
"use strict";

const summary = document.querySelector(".govuk-error-summary");
if (summary) summary.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = String(Date.now());
});

// Leave at once, and without a trace in the list of pages to go back to.
for (const way of document.querySelectorAll("[data-leave]")) {
  way.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(way.href);
  });
}

// A page brought back by the Back button may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const fresh = document.querySelector("[data-refresh-seconds]");
if (fresh) {
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "gn-plain";
  pause.textContent = "Stop this page updating";
  fresh.append(" ", pause);
  let running = true;
  pause.addEventListener("click", () => {
    running = !running;
    pause.textContent = running ? "Stop this page updating" : "Keep this page updating";
  });
  const isBusy = () => {
    const active = document.activeElement;
    return active && active !== document.body && active !== pause;
  };
  setInterval(() => {
    if (running && !document.hidden && !isBusy()) window.location.reload();
  }, Number(fresh.dataset.refreshSeconds) * 1000);
}
