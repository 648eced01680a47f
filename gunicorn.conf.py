"""How the house is served: two processes, a few threads each; requests are not logged, what people do is theirs."""

workers = 2
threads = 4
accesslog = None
control_socket_disable = True
