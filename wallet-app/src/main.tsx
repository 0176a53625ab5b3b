import { render } from 'preact'
import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import './ui/tokens.css'
import './ui/ui.css'
import { App } from './app.tsx'
import { common } from './text/common.ts'
import { startText } from './text/text.ts'
import { keepUpToDate } from './update.ts'

keepUpToDate()
await startText()
await common.load()
render(<App />, document.getElementById('app')!)
