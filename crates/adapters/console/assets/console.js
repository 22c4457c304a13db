// Small comforts: every page works without them.
"use strict";

// Times are UTC; whoever points at one sees it in the time of this machine.
function local(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.getAttribute("datetime"));
    if (!Number.isNaN(at.getTime())) time.title = at.toLocaleString();
  }
}

// What can't be taken back is asked about once more.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.hasAttribute("data-confirm") && !window.confirm(document.body.dataset.sure)) {
    event.preventDefault();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = document.body.dataset.copied;
  } catch {
    // Without leave to copy, what is to be copied is at least marked.
    window.getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
  }
});

// A page that shows how the server does keeps itself up to date while somebody sees it.
const live = document.getElementById("live");
if (live) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(live.dataset.live, { headers: { "X-Background": "1" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!fresh) return;
      live.replaceChildren(...fresh.childNodes);
      local(live);
    } catch {
      // The next time will do.
    }
  }, 5000);
}

local(document);
