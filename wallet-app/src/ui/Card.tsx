import type { ComponentChildren } from 'preact'

export function Card({ children, title }: { children: ComponentChildren; title?: string }) {
  return (
    <section class="card stack">
      {title && <h2>{title}</h2>}
      {children}
    </section>
  )
}
