/** The package has no types of its own. */
declare module 'finnish-bank-utils' {
  const bankUtils: {
    isValidFinnishRefNumber(reference: string): boolean
    generateFinnishRefNumber(initial: string): string
  }
  export default bankUtils
}
