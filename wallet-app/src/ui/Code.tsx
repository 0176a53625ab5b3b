import { useMemo } from 'preact/hooks'
import { encode } from 'uqr'
import { useWakeLock } from './useWakeLock.ts'
import './code.css'

/** A QR code on white in light and dark: many scanners do not read an inverted one. Keeps the screen awake. */
export function Code({ text, label }: { text: string; label: string }) {
  useWakeLock()
  const { path, size } = useMemo(() => draw(text), [text])
  return (
    <div class="code-frame">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
        <path d={path} fill="#000000" />
      </svg>
    </div>
  )
}

function draw(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: 'L', border: 1 })
  let path = ''
  data.forEach((row, y) => {
    row.forEach((isDark, x) => {
      if (isDark) path += `M${x} ${y}h1v1h-1z`
    })
  })
  return { path, size }
}
