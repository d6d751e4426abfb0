// Warns two minutes before an idle session ends. The server counts a visit at most once a minute, so its clock may be a
// minute ahead of ours: the warning comes that much earlier.
(() => {
  "use strict";
  const box = document.querySelector("[data-idle-seconds]");
  if (!box) return;
  const words = box.querySelector("[data-idle-words]");
  const stay = box.querySelector("[data-idle-stay]");
  const limit = (Number(box.dataset.idleSeconds) - 60) * 1000;
  const notice = 120 * 1000;
  const first = words.textContent;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("portal-session") : null;
  let seen = Date.now();

  const look = () => {
    const idle = Date.now() - seen;
    if (idle >= limit) {
      words.textContent = "You have been signed out, because nothing was sent for a while.";
      stay.textContent = "Sign in again";
      delete stay.dataset.idleStay;
      box.hidden = false;
    } else if (idle >= limit - notice) {
      box.hidden = false;
    }
  };
  const answered = () => {
    seen = Date.now();
    box.hidden = true;
    words.textContent = first;
    stay.textContent = "Stay signed in";
    stay.dataset.idleStay = "";
  };
  const answeredHere = () => {
    answered();
    if (channel) channel.postMessage("answered");
  };

  stay.addEventListener("click", (event) => {
    if (!("idleStay" in stay.dataset)) return; // signed out already: follow the link to the sign-in page
    event.preventDefault();
    fetch(stay.href, { redirect: "manual", credentials: "same-origin" })
      .then((response) => (response.ok ? answeredHere() : look()))
      .catch(look);
  });
  document.addEventListener("portal:answered", answeredHere);
  document.addEventListener("htmx:afterRequest", (event) => {
    // A page that watches something asks by itself: that is nobody's visit, and the server doesn't count it either.
    const asked = event.detail.requestConfig ? event.detail.requestConfig.path : "";
    if (event.detail.successful && !asked.endsWith("?watch=1")) answeredHere();
  });
  document.addEventListener("visibilitychange", look);
  if (channel) {
    channel.onmessage = answered;
    channel.postMessage("answered");
  }
  window.setInterval(look, 5000);
})();
