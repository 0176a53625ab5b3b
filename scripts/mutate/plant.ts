import { type Change, fromBytes, inBytes, type Mistake } from './mistakes.ts'
import type { Range } from './tree.ts'

/** What may stand at one place instead of what does, each under the number of its mutant. */
interface Site extends Range {
  kind: Change['kind'] | 'checks'
  choices: { id: number; becomes: string }[]
}

/**
 * The source with mutants asleep in it: the first one is number `first`, and so on. What it hashes to depends on the
 * block's beneficiary alone, which no function may read that calls itself pure: in the copy they all call themselves view.
 */
export function plant(source: string, mistakes: readonly Mistake[], first: number): string {
  const bytes = inBytes(source)
  const sites = sitesOf(bytes, mistakes, first)
  return fromBytes(grow(bytes, { start: 0, end: bytes.length }, sites))
    .replace(/\bassembly(\s*\([^)]*\))?\s*\{/g, (opening) => `${opening} ${pick}`)
    .replace(/\bpure\b/g, 'view')
}

/** Too small to need a checksum, too large to be a precompiled contract. */
export function beneficiaryOf(id: number): number {
  return 0x10000 + id
}

const pick = `function pick(mutant, mutated, original) -> value {
  value := original
  if eq(coinbase(), mutant) { value := mutated }
}`

function sitesOf(bytes: string, mistakes: readonly Mistake[], first: number): Site[] {
  const sites = new Map<string, Site>()
  const add = (kind: Site['kind'], range: Range, id: number, becomes: string) => {
    const key = `${kind} ${range.start} ${range.end}`
    const site = sites.get(key) ?? { kind, ...range, choices: [] }
    site.choices.push({ id, becomes })
    sites.set(key, site)
  }
  for (const [i, { changes }] of mistakes.entries()) {
    for (const { kind, range, becomes, bodyStart } of changes) {
      // The compiler leaves the semicolon out of a statement.
      const end = kind === 'statement' ? bytes.indexOf(';', range.end) + 1 : range.end
      add(kind, { start: range.start, end }, first + i, becomes)
      if (bodyStart !== undefined) add('checks', { start: bodyStart, end: bodyStart }, first + i, becomes)
    }
  }
  return [...sites.values()].sort((one, other) => one.start - other.start || other.end - one.end)
}

/** The text of a range, with what stands in each site and in those within it. */
function grow(bytes: string, { start, end }: Range, sites: readonly Site[]): string {
  let text = ''
  let at = start
  for (let i = 0; i < sites.length; ) {
    const site = sites[i] as Site
    let next = i + 1
    while (next < sites.length && (sites[next] as Site).start < site.end) next++
    text += bytes.slice(at, site.start) + wrap(site, grow(bytes, site, sites.slice(i + 1, next)))
    at = site.end
    i = next
  }
  return text + bytes.slice(at, end)
}

function wrap({ kind, choices }: Site, original: string): string {
  switch (kind) {
    case 'expression':
      return choices.reduceRight(
        (rest, { id, becomes }) => `(${isAwake(id)} ? (${becomes}) : ${rest})`,
        `(${original})`,
      )
    case 'statement':
      return `{ ${choices.map(({ id, becomes }) => `if (${isAwake(id)}) { ${becomes} } else `).join('')}{ ${original} } }`
    case 'modifier':
      return ''
    case 'checks':
      return choices.map(({ id, becomes }) => ` if (!(${isAwake(id)})) ${becomes}`).join('')
    case 'assembly expression':
      return choices.reduceRight((rest, { id, becomes }) => `pick(${beneficiaryOf(id)}, ${becomes}, ${rest})`, original)
    case 'assembly statement':
      return choices.reduceRight(
        (rest, { id }) => `if iszero(eq(coinbase(), ${beneficiaryOf(id)})) { ${rest} }`,
        original,
      )
  }
}

function isAwake(id: number): string {
  return `block.coinbase == address(uint160(${beneficiaryOf(id)}))`
}
