import { signal } from '@preact/signals'

export const languages = ['fi', 'sv', 'en'] as const

export type Language = (typeof languages)[number]

/** How a language calls itself. */
export const languageNames: Record<Language, string> = { fi: 'Suomi', sv: 'Svenska', en: 'English' }

export const language = signal<Language>('fi')

/** The same words in another language: a text is a sentence, or a function that makes one. */
export type SameAs<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer G) => string
      ? (...given: G) => string
      : SameAs<T[K]>
}

/** Words of one part of the app: `const t = common()`, then `t.pay`. Load them before the part is drawn. */
export interface Words<T> {
  (): T
  load(): Promise<void>
}

const loaded = new Set<Words<unknown>>()

export function declareWords<T>(files: Record<Language, () => Promise<{ default: T }>>): Words<T> {
  const current = signal<T | null>(null)
  const words: Words<T> = Object.assign(
    () => {
      if (current.value === null) throw new Error('Words are read before they are loaded')
      return current.value
    },
    {
      async load() {
        current.value = (await files[language.peek()]()).default
        loaded.add(words)
      },
    },
  )
  return words
}

const storedUnder = 'language'

/** The language chosen before, else the phone's, else Finnish. */
export async function startText(): Promise<void> {
  const wanted = [localStorage.getItem(storedUnder), ...navigator.languages.map((tag) => tag.slice(0, 2))]
  await use(wanted.find((tag): tag is Language => languages.some((known) => known === tag)) ?? 'fi')
}

/** Changes every word on the screen at once, and remembers the choice. */
export async function setLanguage(next: Language): Promise<void> {
  localStorage.setItem(storedUnder, next)
  await use(next)
}

async function use(next: Language): Promise<void> {
  const before = language.peek()
  language.value = next
  try {
    await Promise.all([...loaded].map((words) => words.load()))
  } catch (error) {
    language.value = before
    throw error
  }
  document.documentElement.lang = next
}
