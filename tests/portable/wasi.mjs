// Runs a WebAssembly program for WASI, as node knows it.
import { readFile } from "node:fs/promises";
import { WASI } from "wasi";

const wasi = new WASI({ version: "preview1" });
const module = await WebAssembly.compile(await readFile(process.argv[2]));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
process.exit(wasi.start(instance));
