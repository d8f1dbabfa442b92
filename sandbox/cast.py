"""The people of the demo: who they are, how they answer, all by their number alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.people import chance, weighted

#: Messengers in turn: the number of a person decides.
CHANNELS = ("viber", "telegram", "whatsapp", "messenger")
PREFIX = "demo-"
WOMEN = (
    "Анна", "Мария", "Ольга", "Елена", "Наталья", "Татьяна", "Ирина", "Светлана", "Юлия", "Екатерина", "Дарья",
    "Полина", "Алина", "Вера", "Ксения",
)  # fmt: skip
MEN = (
    "Александр", "Дмитрий", "Максим", "Сергей", "Андрей", "Алексей", "Иван", "Михаил", "Никита", "Павел", "Роман",
    "Артём", "Егор", "Глеб", "Тимур",
)  # fmt: skip
SURNAMES = (
    "Смирнов", "Иванов", "Кузнецов", "Соколов", "Попов", "Лебедев", "Козлов", "Новиков", "Морозов", "Петров",
    "Волков", "Соловьёв", "Васильев", "Зайцев", "Павлов", "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв",
    "Фёдоров", "Михайлов", "Беляев", "Тарасов", "Белов", "Комаров", "Орлов", "Киселёв",
)  # fmt: skip
#: City → (time zone, how many of a hundred live there).
CITIES = {
    "Москва": ("Europe/Moscow", 38),
    "Санкт-Петербург": ("Europe/Moscow", 18),
    "Казань": ("Europe/Moscow", 9),
    "Самара": ("Europe/Samara", 9),
    "Екатеринбург": ("Asia/Yekaterinburg", 12),
    "Новосибирск": ("Asia/Novosibirsk", 7),
    "Калининград": ("Europe/Kaliningrad", 5),
    "Владивосток": ("Asia/Vladivostok", 2),
}
#: Manner → how many of a hundred have it.
MANNERS = {"presses": 50.0, "writes": 17.0, "silent": 19.0, "stops": 7.0, "blocks": 7.0}

#: What the buttons of the examples are worth to those who press them.
TASTES = {
    "viber": {"want": 6.0, "later": 2.0, "no": 2.0},
    "telegram": {"c5a": 4.0, "c6b": 3.0, "c7v": 3.0, "yes": 3.0, "no": 2.0, "go_on": 4.0, "enough": 1.0},
    "whatsapp": {"confirm": 8.0, "decline": 2.0},
    "messenger": {"bread": 3.0, "croissant": 4.0, "pie": 3.0, "right": 9.0, "change": 1.0},
}
#: What those write who do not press: (a piece of the question, their answers).
WORDS: dict[str, list[tuple[str, list[str]]]] = {
    "viber": [("Прислать", ["Да, хочу!", "давайте", "завтра", "спасибо, не нужно", "а доставка есть?"]), ("?", ["да"])],
    "telegram": [
        ("каком классе", ["5а", "6 Б", "7В", "9 «Г»"]),
        ("из списка", ["6б", "седьмой"]),
        ("физкультур", ["да", "нет, помним сами", "а во сколько?"]),
        ("на следующей", ["да, присылайте", "хватит"]),
    ],
    "whatsapp": [("операци", ["да, это я", "Подтверждаю", "нет, это не я", "что это за операция?", "кто это?"])],
    "messenger": [("испечь", ["круассаны", "хлеб, пожалуйста", "а торты есть?"]), ("выберите", ["пирог", "хлеб"])],
}
#: What everybody answers to the questions of the order bot that have no buttons.
TYPED = [("Напишите число", ["1", "2", "3", "4", "дюжину"]), ("Не разобрали число", ["2", "5"])]
CONSENTS = {
    "viber": ("marketing", "анкета на кассе", "Хочу получать предложения магазина в Viber."),
    "telegram": ("marketing", "сайт школы", "Согласен получать расписание и напоминания школы в Telegram."),
    "whatsapp": ("transactional", "договор с банком", "Согласен подтверждать операции в WhatsApp."),
    "messenger": ("service", "заказ на сайте", "Согласен получать сообщения о заказе в Messenger."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person of the demo."""

    number: int
    external_id: str
    channel: str
    address: str
    first_name: str
    last_name: str
    city: str
    manner: str

    def contact(self) -> dict[str, Any]:
        """The person as the product's caller reports them, with their consent."""
        purpose, source, text = CONSENTS[self.channel]
        attributes = {"first_name": self.first_name, "last_name": self.last_name, "city": self.city}
        if self.channel == "whatsapp":
            attributes["phone"] = f"+{self.address}"
        return {
            "external_id": self.external_id,
            "attributes": attributes,
            "tags": ["demo"],
            "timezone": CITIES[self.city][0],
            "locale": "ru",
            "addresses": [{"channel": self.channel, "address": self.address}],
            "consents": [{"channel": self.channel, "purpose": purpose, "source": source, "text": text}],
        }

    def person(self) -> dict[str, Any]:
        """The person as the pretend world knows them."""
        name = f"{self.first_name} {self.last_name}"
        who = {"channel": self.channel, "address": self.address, "name": name, "language": "ru"}
        return {**who, "behaviour": self.behaviour()}

    def behaviour(self) -> dict[str, Any]:
        """How they answer: within seconds, so that a minute shows every branch."""
        habits: dict[str, Any] = {"reads": 0.95, "delivery_delay": [0.3, 1.5], "read_delay": [1, 5]}
        if self.manner == "silent":
            return {**habits, "reads": 0.5}
        if self.manner in ("stops", "blocks"):
            habits[self.manner] = 0.6
        pressing = {"when": "buttons", "buttons": TASTES[self.channel], "probability": 0.9, "delay": [2, 9]}
        writing = [_says(when, texts) for when, texts in WORDS[self.channel]] if self.manner == "writes" else []
        typing = [_says(when, texts) for when, texts in TYPED] if self.channel == "messenger" else []
        if self.channel == "messenger":
            phone = f"+7 9{self.number % 90 + 10} {self.number % 900 + 100}-45-67"
            typing += [_says("По какому номеру", [phone, phone, "зачем вам?"]), _says("не похоже на номер", [phone])]
        return {**habits, "replies": [*typing, *writing, pressing]}

    def fortune(self, purpose: str) -> float:
        """A number in [0, 1) of theirs, always the same for the same purpose."""
        return chance(0, self.external_id, self.number, purpose)


def actor(number: int) -> Actor:
    """The person with this number, from 0; the same whenever asked."""

    def luck(purpose: str) -> float:
        return chance(0, PREFIX, number, purpose)

    woman = luck("sex") < 0.55
    names = WOMEN if woman else MEN
    surname = SURNAMES[int(luck("surname") * len(SURNAMES))]
    channel = CHANNELS[number % len(CHANNELS)]
    return Actor(
        number=number,
        external_id=f"{PREFIX}{number:04}",
        channel=channel,
        address=_address(channel, number),
        first_name=names[int(luck("name") * len(names))],
        last_name=surname + "а" if woman else surname,
        city=str(weighted({city: float(share) for city, (_, share) in CITIES.items()}, luck("city"))),
        manner=str(weighted(MANNERS, luck("manner"))),
    )


def _address(channel: str, number: int) -> str:
    """An address as the messenger writes them."""
    if channel == "viber":
        return f"TrDemo{number:06}AAAAAAAAAAA=="
    return {"telegram": "7100", "whatsapp": "79001", "messenger": "26000000000"}[channel] + f"{number:06}"


def _says(when: str, texts: list[str]) -> dict[str, Any]:
    return {"when": when, "texts": texts, "probability": 0.95, "delay": [2, 9]}
