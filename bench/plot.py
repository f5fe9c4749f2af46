"""A plot of one case as SVG: capacity, rate, queueing delay and loss over time."""
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP, PANEL, GAP = 900, 70, 20, 40, 170, 34
COLOURS = ("#1a5fb4", "#c64600", "#26a269", "#813d9c", "#a51d2d")
GREY = "#9a9996"


def nice_step(most):
    step = 10.0 ** (len(str(int(max(most, 1)))) - 1)
    return step if most / step >= 4 else step / 2 if most / step >= 2 else step / 5


class Panel:
    def __init__(self, title, top, seconds, most):
        self.top, self.seconds, self.most, self.parts = top, seconds, max(most, 1e-6) * 1.05, []
        self.text(LEFT, top - 6, title)
        step = nice_step(most)
        for k in range(int(self.most / step) + 1):
            self.line(LEFT, self.y(k * step), WIDTH - RIGHT, self.y(k * step), "#deddda")
            self.text(LEFT - 6, self.y(k * step) + 4, f"{k * step:g}", "end")
        for t in range(0, int(seconds) + 1, 10):
            self.text(self.x(t), top + PANEL + 14, str(t), "middle")

    def x(self, t):
        return LEFT + (WIDTH - LEFT - RIGHT) * t / self.seconds

    def y(self, value):
        return self.top + PANEL * (1 - min(value, self.most) / self.most)

    def text(self, x, y, text, anchor="start", colour="#241f31"):
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, colour):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>')

    def curve(self, points, colour, width=1.5, dash=""):
        path = " ".join(f"{self.x(t):.1f},{self.y(value):.1f}" for t, value in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>')


def smooth(rows, name, n=5):
    """Means over n rows of 100 ms."""
    return [(rows[i]["t"], sum(r[name] for r in rows[i:i + n]) / n) for i in range(0, len(rows) - n + 1, n)]


def write(path, title, seconds, link, flows):
    """link: the bottleneck's rows; flows: [(name, rows)] of each call, of the link itself where there is one."""
    most = max([r["rate_kbps"] for r in link] + [1])
    rate = Panel("kbit/s", TOP, seconds, most * 1.1)
    rate.curve([(r["t"], r["rate_kbps"]) for r in link], GREY, 2, "5 3")
    for (name, rows), colour, at in zip(flows, COLOURS, range(len(flows))):
        rate.curve(smooth(rows, "out_kbps"), colour)
        rate.text(WIDTH - RIGHT - 90 * (len(flows) - at), TOP - 6, name, "start", colour)
    delay = Panel("queueing delay, ms", TOP + PANEL + GAP, seconds, max([r["qdelay_max_ms"] for r in link] + [50]))
    delay.curve([(r["t"], r["qdelay_avg_ms"]) for r in link], COLOURS[0])
    lost = [(r["t"], r["drop_queue"] + r["drop_codel"] + r["drop_loss"]) for r in link]
    loss = Panel("packets lost in 100 ms; seconds below", TOP + 2 * (PANEL + GAP), seconds, max([n for _, n in lost] + [4]))
    loss.curve(lost, COLOURS[4])
    height = TOP + 3 * (PANEL + GAP)
    with open(path, "w") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">\n'
                  f'<rect width="100%" height="100%" fill="white"/>\n<text x="{LEFT}" y="16" font-size="14">{escape(title)}</text>\n'
                  + "\n".join(rate.parts + delay.parts + loss.parts) + "\n</svg>\n")
