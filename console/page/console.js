const base = document.body.dataset.base;
let run = "none", version = 0;
for (;;) {
  const response = await fetch(`${base}/news/${run}/${version}${location.search}`);
  const message = await response.json();
  ({ run, version } = message);
  document.getElementById("news").textContent = JSON.stringify(message, null, 1);
}
