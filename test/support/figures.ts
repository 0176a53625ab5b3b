/** One line of Prometheus' text format. */
export interface Figure {
  name: string
  labels: Record<string, string>
  value: number
}

export function readFigures(text: string): Figure[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = '', inside = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === '') throw new Error(`This is no figure: ${line}`)
    const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text])
    return { name, labels: Object.fromEntries(labels), value: Number(value.replace('Inf', 'Infinity')) }
  })
}

/** The value of the figure with these labels among others; undefined when there is none. */
export function figureOf(figures: readonly Figure[], name: string, labels: Record<string, string> = {}) {
  const isAsked = (figure: Figure) => Object.entries(labels).every(([key, text]) => figure.labels[key] === text)
  return figures.find((figure) => figure.name === name && isAsked(figure))?.value
}
