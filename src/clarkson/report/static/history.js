// The page stands without a script; this one prints it.
"use strict";

document.getElementById("print").addEventListener("click", () => print());
