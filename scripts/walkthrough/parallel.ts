/** Runs `work` for each item, at most `width` at a time, and answers in the items' order. The first error ends it. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  let next = 0
  let hasFailed = false
  async function worker(): Promise<void> {
    while (next < items.length && !hasFailed) {
      const index = next++
      try {
        results[index] = await work(items[index] as Item, index)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}

/** Resolves after some milliseconds. */
export async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Asks again until the answer is not null. Throws, naming what it waited for, when `seconds` are over. */
export async function waitFor<Result>(
  what: string,
  seconds: number,
  ask: () => Promise<Result | null>,
): Promise<Result> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const result = await ask()
    if (result !== null) return result
    if (Date.now() > until) throw new Error(`Waited ${seconds} s in vain for ${what}`)
    await pause(100)
  }
}
