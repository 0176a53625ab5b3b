/** The condition of one `require(…)` or `if (…)`: where it stands in its file, and its words. */
export interface Condition {
  start: number
  end: number
  line: number
  text: string
}

/** Every condition of a Solidity source, in order. Comments and strings are passed over. */
export function conditionsOf(source: string): Condition[] {
  const code = blankedOut(source)
  return [...code.matchAll(/\b(require|if)\s*\(/g)].map((match) => {
    const start = match.index + match[0].length
    const end = endOfCondition(code, start, match[1] === 'require')
    const text = source.slice(start, end).replace(/\s+/g, ' ').trim()
    return { start, end, line: source.slice(0, start).split('\n').length, text }
  })
}

/** The source with every condition able to be negated: the first one is mutant `first`, and so on. */
export function wake(source: string, first: number): string {
  return conditionsOf(source).reduceRight(
    (text, { start, end }, i) =>
      `${text.slice(0, start)}(${text.slice(start, end)}) != (block.coinbase == ${addressOf(first + i)})${text.slice(end)}`,
    source,
  )
}

/** Too small to need a checksum, too large to be a precompiled contract. */
function addressOf(id: number): string {
  return `address(uint160(${0x10000 + id}))`
}

/** As long as the source, with nothing in it that only looks like code. */
function blankedOut(source: string): string {
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"/g, (text) => text.replace(/[^\n]/g, ' '))
}

/** Where the brackets close again; for a require, at the comma before its error. */
function endOfCondition(code: string, start: number, stopsAtComma: boolean): number {
  let depth = 0
  for (let i = start; i < code.length; i++) {
    const character = code.charAt(i)
    if ('([{'.includes(character)) depth++
    if (depth === 0 && (character === ')' || (stopsAtComma && character === ','))) return i
    if (')]}'.includes(character)) depth--
  }
  throw new Error(`A condition is not closed: ${code.slice(start, start + 60)}`)
}
