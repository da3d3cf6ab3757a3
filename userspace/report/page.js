// Draw again, with a cursor and a zoom, what the page's pictures show: their values are read from the
// paths, so that there is nothing here that a reader without scripts has not. Print has the pictures.
(() => {
	"use strict";
	const dashes = [[], [8, 4], [2, 3], [8, 3, 2, 3], [16, 3, 4, 3], [14, 4], [4, 2], [10, 2, 2, 2, 2, 2]];
	const factors = { time: ["ns", "µs", "ms", "s"], bytes: ["B", "kB", "MB", "GB", "TB"] };

	const digits = v => +v.toPrecision(3) + "";
	const percent = v => {
		const rest = Math.min(v, 100 - v);
		const places = rest > 0 && rest < 0.95 ? Math.ceil(-Math.log10(rest) - 0.03) : 1;

		return +v.toFixed(places) + "%";
	};
	const text = (unit, v) => {
		const units = factors[unit] || ["", "k", "M", "G", "T"];
		let i = 0;

		if (v == null)
			return "–";
		if (unit == "share")
			return percent(100 * v);
		if (unit == "quantile")
			return percent(100 - 100 / v);
		if (!v)
			return "0";
		for (; Math.abs(v) >= 999.5 && i < units.length - 1; i++)
			v /= 1000;
		return digits(v) + (factors[unit] ? " " : "") + units[i];
	};

	// "log time 10 1000": from tenths of a pixel to values, on an axis of a length.
	const axis = (said, length) => {
		const [kind, unit, low, high] = said.split(" ");
		const least = +low, most = +high, log = kind == "log";

		return {
			log, unit, least, most,
			at: p => log ? least * (most / least) ** (p / length) : least + (most - least) * p / length,
		};
	};

	// The points of a line, or of single shapes.
	const points = group => {
		const line = group.querySelector(".l"), found = [];
		let x = 0, y = 0;

		if (!line) {
			for (const m of group.querySelector(".m").getAttribute("d").matchAll(/M(-?\d+) (-?\d+)/g))
				found.push([+m[1], +m[2]]);
			return found.sort((a, b) => a[0] - b[0]);
		}
		for (const m of line.getAttribute("d").matchAll(/([Ml])(-?\d+) (-?\d+)/g)) {
			x = +m[2] + (m[1] == "l" ? x : 0);
			y = +m[3] + (m[1] == "l" ? y : 0);
			// Two values of one place would be one: a step stays a step.
			if (found.length && x <= found[found.length - 1][0])
				found.push([found[found.length - 1][0] + 0.001, y]);
			else
				found.push([x, y]);
		}
		return found;
	};

	const intervals = (group, x, y, height) => {
		const path = group.querySelector(".i"), found = [];

		for (const m of (path ? path.getAttribute("d") : "").matchAll(/M(-?\d+) (-?\d+)V(-?\d+)/g))
			found.push([x.at(+m[1]), y.at(height - m[2]), y.at(height - m[3])]);
		return found;
	};

	const draw_intervals = (u, series) => {
		series.forEach(s => {
			u.ctx.strokeStyle = s.colour;
			u.ctx.lineWidth = 1.4 * devicePixelRatio;
			u.ctx.beginPath();
			s.intervals.forEach(([x, low, high]) => {
				const at = u.valToPos(x, "x", true);

				if (x < u.scales.x.min || x > u.scales.x.max)
					return;
				u.ctx.moveTo(at, u.valToPos(low, "y", true));
				u.ctx.lineTo(at, u.valToPos(high, "y", true));
			});
			u.ctx.stroke();
		});
	};

	const plot = (panel, into, key, style) => {
		const [width, height] = panel.dataset.size.split(" ").map(Number);
		const x = axis(panel.dataset.x, width), y = axis(panel.dataset.y, height);
		const series = [...panel.children].map(g => {
			const slot = +g.getAttribute("class").slice(1);

			return {
				label: g.querySelector("title").textContent, slot, line: !!g.querySelector(".l"),
				colour: getComputedStyle(g).color, intervals: intervals(g, x, y, height),
				data: points(g).reduce((to, [px, py]) => {
					to[0].push(x.at(px));
					to[1].push(y.at(height - py));
					return to;
				}, [[], []]),
			};
		}).filter(s => s.data[0].length);
		const axes = (a, side) => ({
			stroke: style.color, font: "12px system-ui", ticks: { show: false },
			grid: { stroke: style.grid, width: 1 }, size: side == "x" ? 32 : 70,
			values: (u, splits) => splits.map(v => v == null ? "" : text(a.unit, v)),
		});
		const scale = a => ({
			time: false, distr: a.log ? 3 : 1,
			range: (u, min, max) => [Math.max(min, a.least), Math.min(max, a.most)],
		});
		const first = a => () => [a.least, a.most];
		let zoomed = false;
		const u = new uPlot({
			width: into.clientWidth, height: 300,
			legend: { markers: { dash: (u, i) => i && series[i - 1].slot ? series[i - 1].slot % 3 == 2 ? "dotted" : "dashed" : "solid" } },
			cursor: { sync: { key }, drag: { x: true, y: false }, points: { size: 7 } },
			scales: {
				x: { ...scale(x), range: (u, min, max) => zoomed ? scale(x).range(u, min, max) : first(x)() },
				y: { ...scale(y), range: first(y) },
			},
			axes: [axes(x, "x"), axes(y, "y")],
			series: [
				{ label: panel.dataset.title || "x", value: (u, v) => text(x.unit, v) },
				...series.map(s => ({
					label: s.label, stroke: s.colour, width: s.line ? 1.8 : 0, dash: dashes[s.slot],
					spanGaps: true, value: (u, v) => text(y.unit, v),
					points: { show: !s.line || s.data[0].length <= 30, size: 6, fill: s.colour },
				})),
			],
			hooks: {
				setSelect: [() => { zoomed = true; }],
				draw: [u => draw_intervals(u, series)],
			},
		}, uPlot.join(series.map(s => s.data)), into);

		u.all = () => {
			zoomed = false;
			u.setScale("x", { min: x.least, max: x.most });
		};
		u.zoom = factor => {
			const { min, max } = u.scales.x, at = u.cursor.idx == null ? 0.5 : u.cursor.left / u.bbox.width * devicePixelRatio;
			const low = x.log ? Math.log(min) : min, high = x.log ? Math.log(max) : max;
			const mid = low + (high - low) * Math.min(Math.max(at, 0), 1), back = v => x.log ? Math.exp(v) : v;

			zoomed = true;
			u.setScale("x", { min: back(mid - (mid - low) * factor), max: back(mid + (high - mid) * factor) });
		};
		u.over.addEventListener("dblclick", () => u.all());
		return u;
	};

	const keys = (event, plots) => {
		const u = plots[0], n = u.data[0].length, at = u.cursor.idx;
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];

		if (event.key == "+" || event.key == "-")
			plots.forEach(p => p.zoom(event.key == "+" ? 0.5 : 2));
		else if (event.key == "0" || event.key == "Escape")
			plots.forEach(p => p.all());
		else if (step) {
			const next = Math.min(Math.max((at == null ? step < 0 ? n : -1 : at) + step, 0), n - 1);

			// Below 0, if by rounding alone, there is no cursor.
			plots.forEach(p => p.setCursor({ left: Math.max(p.valToPos(u.data[0][next], "x"), 0), top: 20 }));
		} else
			return;
		event.preventDefault();
	};

	const live = figure => {
		const svg = figure.querySelector("svg"), panels = [...svg.querySelectorAll(".plot[data-y]")];
		let plots = [], box, area;

		if (!panels.length || figure.querySelector(".live"))
			return;
		area = document.createElement("div");
		area.className = "live";
		area.tabIndex = 0;
		area.setAttribute("role", "group");
		area.setAttribute("aria-label", figure.querySelector("h3").textContent +
			": arrows move the cursor, + and - zoom, 0 shows all");
		svg.after(area);
		const draw = () => {
			const style = getComputedStyle(figure);

			plots.forEach(p => p.destroy());
			area.replaceChildren();
			figure.classList.remove("drawn");
			plots = panels.map(panel => {
				if (panel.dataset.heading) {
					box = document.createElement("p");
					box.textContent = panel.dataset.heading;
					area.append(box);
				}
				return plot(panel, area, figure.id, { color: style.color, grid: style.getPropertyValue("--line") });
			});
			box = document.createElement("p");
			box.className = "hint";
			box.textContent = "Drag to zoom, double-click to see all; or arrows, +, - and 0.";
			area.append(box);
			figure.classList.add("drawn");
		};
		area.addEventListener("keydown", event => keys(event, plots));
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
		addEventListener("resize", () => plots.forEach(p => p.setSize({ width: area.clientWidth, height: 300 })));
		draw();
	};

	const seen = new IntersectionObserver(entries => entries.forEach(e => {
		if (!e.isIntersecting)
			return;
		seen.unobserve(e.target);
		// What cannot be drawn anew stays as it is.
		try {
			live(e.target);
		} catch (error) {
			e.target.classList.remove("drawn");
			console.error(error);
		}
	}), { rootMargin: "200px" });
	document.querySelectorAll("figure").forEach(f => seen.observe(f));
})();
