// Where a viewer's pictures come from: a folder of the reader, or the kernel.
// Folders of numbered pictures, as in CASME: "img2.jpg" before "img12.jpg". Nothing leaves the page.
function folderClips(files) {
  const byNumber = new Intl.Collator("en", { numeric: true }).compare;
  const path = (file) => file.path || file.webkitRelativePath || file.name;
  const folders = new Map();
  for (const file of [...files].sort((one, two) => byNumber(path(one), path(two)))) {
    if (!/\.(jpe?g|png|bmp|webp|gif|avif)$/i.test(file.name) || file.name.startsWith(".")) continue;
    const name = path(file).split("/").slice(0, -1).slice(-2).join("/") || "pictures";
    folders.set(name, [...(folders.get(name) || []), file]);
  }
  return [...folders].map(([name, pictures]) => {
    const [first, last] = [pictures[0], pictures.at(-1)].map((file) => Number(/(\d+)\D*$/.exec(file.name)?.[1]));
    return { kind: "images", clip: name, count: pictures.length, fps: 0, missing: Math.max(0, last - first + 1 - pictures.length) || 0,
      name: (index) => pictures[index].name,
      load: (index) => createImageBitmap(pictures[index]).catch(() => { throw new Error(`${pictures[index].name} cannot be read`); }) };
  });
}

async function droppedFiles(transfer) {
  const all = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((done, fail) => entry.file(done, fail));
      return [Object.assign(file, { path: entry.fullPath.slice(1) })];
    }
    const [reader, found] = [entry.createReader(), []];
    for (;;) { // gives a hundred at a time
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return found;
      for (const one of some) found.push(...await all(one));
    }
  };
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return (await Promise.all(entries.map(all))).flat();
}

// Frames of a video or a folder beside the kernel; _frames.py answers. `about` is its footage.
function kernelFrames(model, about, film = 0) {
  const waiting = new Map();
  let [number, gone] = [0, false];
  model.on("comm_live_update", () => { // the kernel restarted
    gone = true;
    waiting.forEach(({ fail }) => fail(new Error(KERNEL_GONE)));
    waiting.clear();
  });
  model.on("msg:custom", (said, buffers) => {
    const one = waiting.get(said?.frame);
    if (!one) return;
    waiting.delete(said.frame);
    if (buffers?.length) createImageBitmap(new Blob([buffers[0]], { type: "image/jpeg" })).then(one.done, one.fail);
    else one.fail(Object.assign(new Error(said.error || "given up"), { stale: said.stale }));
  });
  const load = (index, view = "") => new Promise((done, fail) => {
    if (gone) { fail(new Error(KERNEL_GONE)); return; }
    const id = `${film} ${number += 1}`;
    waiting.set(id, { done, fail });
    model.send({ ask: "frame", id, index, width: Math.min(about.size?.[0] || 512, 1024), view, film });
    setTimeout(() => { if (waiting.delete(id)) fail(Object.assign(new Error("The kernel does not answer."), { stale: true })); }, 20_000);
  });
  const tracks = (about.traces || []).map(({ low, high, ...one }) => ({ ...one, values: low, high }));
  const name = about.first ? (index) => `no. ${about.first + index}` : null;
  return { ...about, kind: "images", load, tracks, name };
}
