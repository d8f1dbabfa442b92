// Foreign clients of Viber and Messenger, messaging-api-viber and messaging-api-messenger: `viber URL` and
// `messenger URL` send messages of several kinds to the pretend world and print its answers or its errors.
const [kind, url] = process.argv.slice(2);

const viber = () => {
  const { ViberClient } = require("messaging-api-viber");
  const sender = { name: "Shop" };
  const client = new ViberClient({ accessToken: process.env.PEER_TOKEN, sender, origin: url });
  const stranger = new ViberClient({ accessToken: "wrong", sender, origin: url });
  const key = { Columns: 6, Rows: 1, ActionType: "reply", ActionBody: "yes", Text: "Yes" };
  const to = "01234567890A=";
  return {
    account: () => client.getAccountInfo(),
    webhook: () => client.setWebhook(process.env.PEER_HOOK),
    text: () => client.sendText(to, "Hello"),
    keyboard: () => client.sendText(to, "Tea?", { keyboard: { Type: "keyboard", DefaultHeight: false, Buttons: [key] } }),
    picture: () => client.sendPicture(to, { text: "Look", media: "https://shop.example/a.jpg" }),
    file: () => client.sendFile(to, { media: "https://shop.example/a.pdf", size: 1000, fileName: "a.pdf" }),
    "too long": () => client.sendText(to, "x".repeat(7001)),
    "wrong token": () => stranger.sendText(to, "Hello"),
  };
};

const messenger = () => {
  const { MessengerClient } = require("messaging-api-messenger");
  const client = new MessengerClient({
    accessToken: process.env.PEER_TOKEN, appId: "1", appSecret: process.env.PEER_SECRET, origin: url,
  });
  const to = "1254477777772919";
  const button = { type: "postback", title: "Yes", payload: "yes" };
  return {
    page: () => client.getPageInfo(),
    text: () => client.sendText(to, "Hello"),
    typing: () => client.typingOn(to),
    image: () => client.sendImage(to, "https://shop.example/a.jpg"),
    buttons: () => client.sendButtonTemplate(to, "Tea?", [button]),
    cards: () => client.sendGenericTemplate(to, [{ title: "Tea", subtitle: "Green", buttons: [button] }]),
    quick: () => client.sendText(to, "Tea?", { quickReplies: [{ contentType: "text", title: "No", payload: "no" }] }),
    "too long": () => client.sendText(to, "x".repeat(2001)),
    "too many": () => client.sendButtonTemplate(to, "Tea?", Array(4).fill(button)),
  };
};

const main = async () => {
  const told = {};
  for (const [name, call] of Object.entries({ viber, messenger }[kind]())) {
    try {
      told[name] = await call();
    } catch (error) {
      told[name] = { error: String(error.message || error) };
    }
  }
  console.log(JSON.stringify(told));
};

main();
