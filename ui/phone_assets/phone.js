const made = new WeakMap()

const element = (name, kind, text) => {
  const made = document.createElement(name)
  if (kind) made.className = kind
  if (text) made.textContent = text
  return made
}

function build(root, send) {
  const parts = {
    head: element("div", "head"), face: element("div", "face"), who: element("div", "who"),
    name: element("b"), messenger: element("small"), log: element("div", "log"),
    notice: element("div", "notice"), foot: element("form", "foot"), input: element("input"), button: element("button"),
  }
  parts.who.append(parts.name, parts.messenger)
  parts.head.append(parts.face, parts.who)
  parts.log.setAttribute("role", "log")
  parts.log.tabIndex = 0
  parts.button.type = "submit"
  parts.foot.append(parts.input, parts.button)
  parts.foot.addEventListener("submit", (event) => {
    event.preventDefault()
    const text = parts.input.value.trim()
    if (!text) return
    parts.input.value = ""
    send({ kind: "text", text })
  })
  root.replaceChildren(parts.head, parts.log, parts.notice, parts.foot)
  return parts
}

const signs = { image: "🖼", video: "🎬", audio: "🎵", voice: "🎵", document: "📄", sticker: "🏷", location: "📍", contact: "👤" }

// The file itself is not fetched: a page of the product asks nobody outside for anything.
function card({ kind, url }) {
  const file = element("div", "media " + kind)
  file.title = url
  file.append(element("span", "sign", signs[kind] || "📎"), element("span", "file", url.split("/").pop() || kind))
  return file
}

function row(message, send, blocked) {
  const line = element("div", message.mine ? "row mine" : "row")
  const bubble = element("div", "bubble", "")
  if (message.media) bubble.append(card(message.media))
  bubble.append(document.createTextNode(message.text))
  const ticks = message.mine || !message.status ? "" : message.read ? " ✓✓" : " ✓"
  bubble.append(element("time", "", message.at + ticks))
  line.append(bubble)
  if (message.buttons.length) {
    const keys = element("div", "keys wide")
    for (const one of message.buttons) {
      const button = element("button", "", one.url ? one.title + " ↗" : one.title)
      button.type = "button"
      button.disabled = blocked || Boolean(one.url)
      button.title = one.url
      button.addEventListener("click", () => send({ kind: "button", button: one.id || one.title }))
      keys.append(button)
    }
    line.append(keys)
  }
  return line
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".phone")
  const send = (event) => setTriggerValue("event", { ...event, n: Date.now() })
  let parts = made.get(root)
  if (!parts) {
    parts = build(root, send)
    made.set(root, parts)
  }
  root.className = "phone " + data.channel
  parts.face.textContent = (data.name || "?").slice(0, 1).toUpperCase()
  parts.name.textContent = data.name
  parts.messenger.textContent = data.labels.messenger
  parts.log.setAttribute("aria-label", data.labels.log)
  parts.input.placeholder = data.labels.write
  parts.input.setAttribute("aria-label", data.labels.write)
  parts.button.textContent = data.labels.send
  parts.notice.textContent = data.labels.blocked
  parts.notice.hidden = !data.blocked
  parts.foot.style.display = data.blocked ? "none" : "flex"
  const drawn = JSON.stringify([data.messages, data.blocked, data.channel])
  if (parts.drawn !== drawn) {
    const rows = data.messages.map((message) => row(message, send, data.blocked))
    parts.log.replaceChildren(...(rows.length ? rows : [element("div", "empty", data.labels.empty)]))
    parts.log.scrollTop = parts.log.scrollHeight
    parts.drawn = drawn
  }
}
