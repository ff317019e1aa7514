// Lists keep themselves up to date and count down to the next limit. Whatever this does is on the page without it too, as of when the
// page was opened. For old browsers: nothing newer than 2015.
(function () {
  "use strict";
  var list = document.getElementById("live");
  if (!list || !window.fetch || !window.DOMParser) { return; }

  // The server says what time it is; a browser's own clock may be wrong, and the city's may be simulated.
  var ahead = Date.parse(list.getAttribute("data-now")) - Date.now();

  function inWords(milliseconds) {
    var minutes = Math.floor(Math.abs(milliseconds) / 60000);
    var days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24;
    if (days > 0) { return days + " 天 " + hours + " 小时"; }
    return hours > 0 ? hours + " 小时 " + minutes % 60 + " 分" : minutes + " 分";
  }

  function count() {
    var limits = document.querySelectorAll("time.limit");
    for (var i = 0; i < limits.length; i++) {
      var left = Date.parse(limits[i].getAttribute("datetime")) - Date.now() - ahead;
      var told = limits[i].nextElementSibling;
      if (!told || told.className.indexOf("left") < 0) {
        told = document.createElement("span");
        limits[i].parentNode.insertBefore(told, limits[i].nextSibling);
      }
      told.className = left < 0 ? "left late" : "left";
      told.textContent = left < 0 ? " 已超期 " + inWords(left) : " 还有 " + inWords(left);
    }
  }
  count();
  setInterval(count, 15000);

  // At most one look in ten seconds, and not all at the same moment: many listen to the same news.
  var least = 10000, idle = 30 * 60000;
  var timer = null, last = Date.now(), touched = Date.now(), source = null;

  function touch() {
    var slept = isIdle();
    touched = Date.now();
    if (slept) { listen(); soon(); }
  }
  ["keydown", "mousedown", "touchstart", "scroll"].forEach(function (kind) {
    document.addEventListener(kind, touch, { passive: true });
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { touch(); soon(); } });

  // A page that nobody looks at must not keep its log-in alive.
  function isIdle() { return Date.now() - touched > idle; }

  function soon() {
    if (timer) { return; }
    timer = setTimeout(refresh, Math.max(2000, last + least - Date.now()) + Math.random() * 3000);
  }

  function refresh() {
    timer = null;
    if (document.hidden || isIdle()) { return; }
    last = Date.now();
    fetch(location.href, { credentials: "same-origin", headers: { "Accept": "text/html" } }).then(function (answer) {
      // Logged out meanwhile: the page itself goes where the server sends it.
      if (answer.redirected) { location.reload(); return null; }
      return answer.ok ? answer.text() : null;
    }).then(function (text) {
      if (!text) { return; }
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
      if (!fresh) { return; }
      ahead = Date.parse(fresh.getAttribute("data-now")) - Date.now();
      var focus = document.activeElement && list.contains(document.activeElement)
        ? document.activeElement.getAttribute("href") : null;
      while (list.firstChild) { list.removeChild(list.firstChild); }
      while (fresh.firstChild) { list.appendChild(document.adoptNode(fresh.firstChild)); }
      count();
      var links = list.querySelectorAll("a[href]");
      for (var i = 0; i < links.length; i++) { if (links[i].getAttribute("href") === focus) { links[i].focus(); } }
    }, function () { /* The network is away; the next look finds it. */ });
  }

  var events = list.getAttribute("data-events"), every = 1000 * Number(list.getAttribute("data-every") || 60);
  function listen() {
    if (!events || !window.EventSource || source) { return; }
    source = new EventSource(events);
    list.getAttribute("data-kinds").split(" ").forEach(function (kind) { source.addEventListener(kind, soon); });
    source.onerror = function () { if (source && source.readyState === 2) { source = null; } };
  }
  listen();
  setInterval(function () {
    if (isIdle()) { if (source) { source.close(); source = null; } } else if (!source) { listen(); soon(); }
  }, every);
})();
