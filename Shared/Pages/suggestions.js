// Suggestions while the operator types. Without this the page has a button for them.
(function () {
    "use strict";
    var form = document.getElementById("register");
    var box = document.getElementById("assist");
    if (!form || !box || !window.fetch || !window.URLSearchParams) { return; }
    var timer, asked = "", turn = 0;
    function ask() {
        var data = new FormData(form);
        data.delete("photo");
        var fields = new URLSearchParams(data);
        var body = fields.toString();
        if (body === asked) { return; }
        asked = body;
        var mine = ++turn;
        fetch(form.getAttribute("data-assist"), { method: "POST", body: fields, credentials: "same-origin" })
            .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : null; })
            .then(function (html) { if (html !== null && mine === turn) { box.innerHTML = html; } })
            .catch(function () { asked = ""; });
    }
    // What the chosen channel and source have of their own is asked, and nothing else.
    function own() {
        Array.prototype.forEach.call(form.querySelectorAll("[data-of]"), function (one) {
            var isAsked = one.getAttribute("data-of").split(" ").some(function (choice) {
                var parts = choice.split("=");
                return form.elements[parts[0]].value === parts[1];
            });
            one.hidden = one.disabled = !isAsked;
        });
    }
    document.getElementById("own").hidden = true;
    own();
    form.addEventListener("change", own);
    form.addEventListener("input", function () {
        clearTimeout(timer);
        timer = setTimeout(ask, 300);
    });
    box.addEventListener("click", function (event) {
        var button = event.target.closest ? event.target.closest("button[name=take]") : null;
        if (!button) { return; }
        event.preventDefault();
        var earlier = form.elements.earlier;
        earlier.value = button.value;
        earlier.focus();
    });
})();
