"""The fifty people of the load test, for locust (bench/load.py starts it)."""

import random
import re

from locust import HttpUser, between, task

WORDS = ("je n'arrive plus à payer mon loyer", "ordinateur", "frigo vide", "mdph", "garde d'enfant", "impôts")
SERVICES = range(1, 60)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
DOOR = re.compile(r'"(/demonstration/entrer/[^"]+)"')


class Person(HttpUser):
    """Reads, thinks a second or three, reads again. Each comes from an address of their own, as people do."""

    abstract = True
    wait_time = between(1, 3)

    def on_start(self):
        numbers = (random.randrange(256) for _ in range(3))
        self.client.headers["X-Forwarded-For"] = ".".join(map(str, (10, *numbers)))

    def search(self, name):
        self.send("/annuaire/", name, words=random.choice(WORDS), place="Melune")

    def send(self, address, name, **fields):
        """Fill in the form of this page, and send it."""
        token = TOKEN.search(self.client.get(address, name=f"{name}: the form").text)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        self.client.post(address, fields, name=name)


class Visitor(Person):
    weight = 4

    @task(3)
    def front(self):
        self.client.get("/", name="front page")

    @task(4)
    def look_for_help(self):
        self.search("search")

    @task(3)
    def sheet(self):
        self.client.get(f"/annuaire/services/{random.choice(SERVICES)}/", name="page of a service")

    @task(2)
    def territory(self):
        self.client.get("/annuaire/territoire/00001/", name="territory")

    @task(1)
    def sign_in(self):
        self.client.get("/connexion/", name="sign-in page")


class Professional(Person):
    """Enters by the demonstration's door, then works."""

    weight = 1

    def on_start(self):
        super().on_start()
        doors = DOOR.findall(self.client.get("/demonstration/", name="demonstration").text)
        self.send(doors[0], "enter")

    @task(3)
    def my_day(self):
        self.client.get("/ma-journee/", name="my day, signed in")

    @task(1)
    def look_for_help(self):
        self.search("search, signed in")
