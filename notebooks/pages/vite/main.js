import { init, trace } from "@spanbook/core";
import { openStore } from "@spanbook/store-idb";
import { mount } from "@spanbook/widget";

const store = await openStore("vite-app");
init({ store });
mount(document.body, store);

const roll = trace((sides) => 1 + Math.floor(Math.random() * sides), { name: "roll" });
const game = trace((dice) => Array.from({ length: dice }, () => roll(6)), { name: "game" });
document.querySelector("button").addEventListener("click", () => game(3));
