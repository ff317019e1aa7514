// Shows photos as soon as they are chosen, and lets each be taken away again before the form is sent. Without it the form sends
// what was chosen and the server shows it. Plain and old: for every browser since about 2018.
(function () {
  "use strict";
  function each(input) {
    var list = document.createElement("ul");
    var status = document.createElement("p");
    var most = Number(input.getAttribute("data-most"));
    var bytes = Number(input.getAttribute("data-bytes"));
    var chosen = [];
    list.className = "photos";
    status.className = "fault";
    status.setAttribute("role", "status");
    input.parentNode.insertBefore(status, input.nextSibling);
    input.parentNode.insertBefore(list, status.nextSibling);

    function put() {
      var files = new DataTransfer();
      chosen.forEach(function (file) { files.items.add(file); });
      input.files = files.files;
    }

    function show() {
      Array.prototype.forEach.call(list.querySelectorAll("img"), function (image) { URL.revokeObjectURL(image.src); });
      list.textContent = "";
      chosen.forEach(function (file, index) {
        var item = document.createElement("li");
        var isPhoto = file.type !== "application/pdf";
        var image = document.createElement(isPhoto ? "img" : "span");
        var button = document.createElement("button");
        if (isPhoto) {
          image.src = URL.createObjectURL(file);
          image.alt = "要加的照片 " + (index + 1);
        } else image.textContent = file.name;
        button.type = "button";
        button.className = "quiet";
        button.textContent = "去掉" + (isPhoto ? "照片 " : "文件 ") + (index + 1);
        button.addEventListener("click", function () {
          chosen.splice(index, 1);
          put();
          show();
          status.textContent = "";
          input.focus();
        });
        item.appendChild(image);
        item.appendChild(button);
        list.appendChild(item);
      });
    }

    input.addEventListener("change", function () {
      var left = [];
      // A browser forgets what was chosen before; people do not mean that.
      Array.prototype.forEach.call(input.files, function (file) {
        var isThere = chosen.some(function (one) {
          return one.name === file.name && one.size === file.size && one.lastModified === file.lastModified;
        });
        if (isThere) return;
        if (file.size > bytes || chosen.length >= most) left.push(file.name);
        else chosen.push(file);
      });
      put();
      show();
      status.textContent = left.length === 0 ? "" : "没有加上（太大，或已有 " + most + " 个）：" + left.join("、");
    });
    // What the server would do is done.
    Array.prototype.forEach.call(document.querySelectorAll("[data-without-script]"), function (element) {
      element.hidden = true;
    });
  }

  try { new DataTransfer(); } catch (error) { return; }
  Array.prototype.forEach.call(document.querySelectorAll("input[type=file][data-most]"), each);
})();
