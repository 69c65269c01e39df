// The texts in sight whose colour is too near to that of what is behind them: [text, ratio].
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement)
      layers.push(rgba(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), rgba("canvas"));
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) =>
      c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  let looked = 0;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((one) => one.nodeType === 3 && one.data.trim());
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (
      !own.length ||
      !box.width ||
      element.closest(".sr, script, noscript, svg, option") ||
      rgba(style.color)[3] === 0
    )
      continue;
    looked += 1;
    const ground = behind(element);
    const [one, other] = [light(over(rgba(style.color), ground)), light(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5)
      found.push([own[0].data.trim().slice(0, 40), Number(ratio.toFixed(2)), element.className]);
  }
  return { looked, found };
})();
