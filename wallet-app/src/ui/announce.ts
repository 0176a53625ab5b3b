/** Says something to a screen reader without moving the focus. The same words twice are said twice. */
export function announce(words: string, isUrgent = false): void {
  const region = document.getElementById(isUrgent ? 'assertive' : 'polite')
  if (!region) return
  region.textContent = ''
  setTimeout(() => {
    region.textContent = words
  }, 50)
}
