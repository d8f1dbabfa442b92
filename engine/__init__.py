"""Where journeys happen: enroll, advance, deliver, receive; clocks, sockets and the processes that run them."""
