/** The EIP-4361 statement. ASCII only: its grammar, and siwe's parser, allow nothing else. */
export const signInStatement = 'Sign in to Kipina.'

/** How long a nonce may be used, in seconds. */
export const nonceSeconds = 300
