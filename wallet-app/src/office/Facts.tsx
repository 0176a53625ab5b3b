import type { ComponentChildren } from 'preact'

/** Pairs of a name and what it is, in a card. */
export function Facts({ title, of }: { title?: string; of: readonly [name: string, what: ComponentChildren][] }) {
  return (
    <section class="card stack tight">
      {title && <h2>{title}</h2>}
      <dl class="facts">
        {of.map(([name, what]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{what}</dd>])}
      </dl>
    </section>
  )
}
