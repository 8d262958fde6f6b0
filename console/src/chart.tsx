// Lines over time, drawn by uPlot on a canvas: what they say stands beside them in a table, for who cannot see it.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

export interface Line { name: string; points: [number, number][] }
export const colour = (i: number) => `--chart-${i % 8}`

const dark = matchMedia('(prefers-color-scheme: dark)')
const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const said = (s: number, step_s: number) => new Date(s * 1000).toLocaleString([], step_s >= 86400 ? { day: 'numeric', month: 'short' } : { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

// All lines on one axis of times; where a line has no point, there is a gap.
function aligned(lines: Line[]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b)
  return [times, ...lines.map((line) => {
    const values = new Map(line.points)
    return times.map((at) => values.get(at) ?? null)
  })]
}

interface Options { label: string; lines: Line[]; limits?: number[]; height?: number; from?: number }

export function Chart({ label, lines, limits = [], height = 240, from }: Options) {
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
    const draw = () => new uPlot({
      width: at.clientWidth, height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      scales: {
        x: { range: (_, low, high) => [Math.min(from ?? low, low), Math.max(high, low + 60)] },
        y: { range: (_, low, high) => [Math.min(0, low), Math.max(high, ...limits, 0.05) * 1.08] },
      },
      axes: [{ ...axis, space: 70, values: (_, at_s, __, ___, step_s) => at_s.map((s) => said(s, step_s)) }, { ...axis, size: 46 }],
      series: [{}, ...lines.map((line, i) => ({ label: line.name, stroke: css(colour(i)), width: 2, spanGaps: true, points: { show: line.points.length < 60, size: 5 } }))],
      hooks: { draw: [drawLimits] },
    }, aligned(lines), at)
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
  }, [JSON.stringify([lines, limits, from])])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}
