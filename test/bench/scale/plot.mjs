// Lines over logarithmic axes as an SVG; dashed ones are PostgreSQL's.
const colours = ['#0b6e4f', '#b3541e', '#3d5a98', '#8a3d78', '#6b6b00'];
export function plot(title, lines) {
  const [w, h, left, right, top, bottom] = [760, 420, 64, 196, 44, 46];
  const xs = lines.flatMap((l) => l.points.map((p) => Math.log10(p[0])));
  const ys = lines.flatMap((l) => l.points.map((p) => Math.log10(p[1])));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs, Math.min(...xs) + 0.1)];
  const [y0, y1] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  const x = (v) => (left + ((Math.log10(v) - x0) / (x1 - x0)) * (w - left - right)).toFixed(1);
  const y = (v) => (h - bottom - ((Math.log10(v) - y0) / (y1 - y0)) * (h - top - bottom)).toFixed(1);
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${w}" height="${h}" fill="#fff"/><text x="${left}" y="22" font-size="15" font-weight="bold">${title}</text>`];
  for (let e = y0; e <= y1; e++)
    out.push(`<path d="M${left} ${y(10 ** e)}H${w - right}" stroke="#ddd"/><text x="${left - 8}" y="${Number(y(10 ** e)) + 4}" text-anchor="end">${10 ** e >= 1 ? 10 ** e : (10 ** e).toFixed(-e)}</text>`);
  for (const v of new Set(lines[0].points.map((p) => p[0])))
    out.push(`<path d="M${x(v)} ${top}V${h - bottom}" stroke="#eee"/><text x="${x(v)}" y="${h - bottom + 18}" text-anchor="middle">${v.toLocaleString('en')}</text>`);
  const names = [...new Set(lines.map((l) => l.label))];
  for (const l of lines) {
    const colour = colours[names.indexOf(l.label) % colours.length];
    out.push(`<path d="${l.points.map((p, i) => `${i ? 'L' : 'M'}${x(p[0])} ${y(p[1])}`).join('')}" fill="none" stroke="${colour}" stroke-width="2"${l.dashed ? ' stroke-dasharray="6 4"' : ''}/>`,
      ...l.points.map((p) => `<circle cx="${x(p[0])}" cy="${y(p[1])}" r="3" fill="${colour}"/>`));
  }
  names.forEach((name, i) => out.push(`<path d="M${w - right + 14} ${top + 14 + i * 22}h22" stroke="${colours[i]}" stroke-width="3"/><text x="${w - right + 42}" y="${top + 18 + i * 22}">${name}</text>`));
  const foot = top + 30 + names.length * 22;
  out.push(`<text x="${w - right + 14}" y="${foot}" fill="#555">SQLite: full lines</text><text x="${w - right + 14}" y="${foot + 18}" fill="#555">PostgreSQL: dashed</text>`,
    `<text x="${(left + w - right) / 2}" y="${h - 8}" text-anchor="middle" fill="#555">rows</text></svg>\n`);
  return out.join('\n');
}
