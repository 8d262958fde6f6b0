// Lines over time, drawn by uPlot on a canvas: what they say stands beside them in a table, for who cannot see it.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

export interface Line { name: string; points: [number, number][] }
export const colour = (i: number) => `--chart-${i % 8}`

const dark = matchMedia('(prefers-color-scheme: dark)')
const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const said = (s: number, step_s: number) => new Date(s * 1000).toLocaleString([], step_s >= 86400 ? { day: 'numeric', month: 'short' } : { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

const month = (s: number) => new Date(s * 1000).toLocaleDateString([], { month: 'short', year: '2-digit', timeZone: 'UTC' })

// As many of the months as there is room to name.
const monthly = (all: ArrayLike<number>, width: number) => {
  const every = Math.max(1, Math.ceil((all.length * 62) / Math.max(1, width - 80)))
  return Array.from(all).filter((_, i) => (all.length - 1 - i) % every === 0)
}

const below = (value: number) => Math.max(1, ...marks.filter((mark) => mark < value))
const above = (value: number) => marks.find((mark) => mark > value) ?? value * 2

// All lines on one axis of times; where a line has no point, there is a gap.
function aligned(lines: Line[]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b)
  return [times, ...lines.map((line) => {
    const values = new Map(line.points)
    return times.map((at) => values.get(at) ?? null)
  })]
}

// months: a point a month, named so; says: how a value is written; steps: values span seconds to days, and each step up is
// ten times as much; bars: amounts.
interface Options { label: string; lines: Line[]; limits?: number[]; height?: number; from?: number; months?: boolean; steps?: boolean; bars?: boolean; says?: (value: number) => string }

const MONTH_S = 30 * 86400
const marks = [1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400]

export function Chart({ label, lines, limits = [], height = 240, from, months, steps, bars, says }: Options) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const at = place.current!
    const axis = { stroke: css('--quiet'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui, sans-serif' }
    const drawLimits = (plot: uPlot) => {
      plot.ctx.save()
      plot.ctx.strokeStyle = css('--bad')
      plot.ctx.setLineDash([6, 5])
      for (const limit of limits) {
        const y = plot.valToPos(limit, 'y', true)
        plot.ctx.beginPath()
        plot.ctx.moveTo(plot.bbox.left, y)
        plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y)
        plot.ctx.stroke()
      }
      plot.ctx.restore()
    }
    const data = aligned(lines)
    const draw = () => new uPlot({
      width: at.clientWidth, height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      scales: {
        x: { range: (_, low, high) => (months ? [data[0][0] - MONTH_S * 0.7, data[0][data[0].length - 1] + MONTH_S * 0.7] : [Math.min(from ?? low, low), Math.max(high, low + 60)]) },
        y: steps ? { distr: 3, range: (_, low, high) => [below(low), above(high)] } : { range: (_, low, high) => [Math.min(0, low), Math.max(high, ...limits, 0.05) * 1.08] },
      },
      axes: [
        months ? { ...axis, space: 1, splits: () => monthly(data[0], at.clientWidth), values: (_, at_s) => at_s.map(month) }
          : { ...axis, space: 70, values: (_, at_s, __, ___, step_s) => at_s.map((s) => said(s, step_s)) },
        { ...axis, size: months ? 66 : 46, ...(steps && {
          splits: (_: uPlot, __: number, low: number, high: number) => marks.filter((mark) => mark >= low && mark <= high), filter: (_: uPlot, all: number[]) => all, // not the powers of ten alone
        }),
          ...(bars && { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], space: 24 }),
          ...(says && { values: (_: uPlot, all: number[]) => all.map(says) }) }],
      series: [{}, ...lines.map((line, i) => ({
        label: line.name, stroke: css(colour(i)), width: 2, spanGaps: true, points: { show: !bars && line.points.length < 60, size: 5 },
        ...(bars && { fill: css(colour(i)), paths: uPlot.paths.bars!({ size: [0.6, 48] }) }),
      }))],
      hooks: { draw: [drawLimits] },
    }, data, at)
    let plot = draw()
    const again = () => {
      plot.destroy()
      plot = draw()
    }
    const size = new ResizeObserver(() => plot.width !== at.clientWidth && at.clientWidth > 0 && plot.setSize({ width: at.clientWidth, height }))
    size.observe(at)
    dark.addEventListener('change', again)
    return () => {
      size.disconnect()
      dark.removeEventListener('change', again)
      plot.destroy()
    }
  }, [JSON.stringify([lines, limits, from, steps])])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}
