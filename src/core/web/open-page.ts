import { escaped } from '../pictures/markup.js'

/** A page that redirects its reader to the board, which keeps the token out of process arguments and server logs. */
export function openPage(url: string, token: string): string {
  const target = escaped(`${url}#token=${token}`)
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>kitty</title>
<p><a href="${target}">Open the board</a></p>
`
}
