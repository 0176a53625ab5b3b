import names from './municipalities.json' with { type: 'json' }
import { language } from './text.ts'

/*
 * Finnish municipalities 2023: code → name in Finnish, and in Swedish where it is another one.
 * Source: Statistics Finland, classification of municipalities 2023 (kunta_1_20230101), CC BY 4.0.
 */
const known = names as Record<string, string[]>

export interface Municipality {
  code: string
  name: string
}

/** The name of a code in the language of the screen; the code itself when nobody has it. */
export function municipalityName(code: string): string {
  return nameIn(language.value, code) ?? code
}

/** All of them by the names of the screen's language, in its order. */
export function municipalities(): Municipality[] {
  const spoken = language.value
  const order = new Intl.Collator(spoken)
  return Object.keys(known)
    .map((code) => ({ code, name: nameIn(spoken, code) ?? code }))
    .sort((a, b) => order.compare(a.name, b.name))
}

/** The code of a name as a person types it, in either language; null for anything else. */
export function municipalityOf(typed: string): string | null {
  const wanted = typed.trim().toLocaleLowerCase('fi')
  const found = Object.entries(known).find(([, own]) => own.some((name) => name.toLocaleLowerCase('fi') === wanted))
  return found?.[0] ?? null
}

function nameIn(spoken: string, code: string): string | undefined {
  const [fi, sv] = known[code] ?? []
  return spoken === 'sv' ? (sv ?? fi) : fi
}
