# The least that a worker of Node's cluster says and does, in a program that starts in a fraction of Node's time. The socket that it is given it throws away:
# read(2) takes no descriptors.
use strict;
use warnings;

open(my $channel, '+<&=', $ENV{NODE_CHANNEL_FD}) or die "the channel: $!";
my $query = '"index":0,"data":null,"address":"127.0.0.1","port":' . $ARGV[0] . ',"addressType":4,"backlog":511';

sub say_to_primary {
    my ($text) = @_;
    defined(syswrite($channel, "$text\n")) or exit 0;
}

say_to_primary('{"cmd":"NODE_CLUSTER","act":"online","seq":0}');
say_to_primary('{"cmd":"NODE_CLUSTER","act":"queryServer","seq":1,' . $query . '}');
my $rest = '';
while (sysread($channel, $rest, 65536, length $rest)) {
    while ($rest =~ s/^([^\n]*)\n//) {
        my $line = $1;
        say_to_primary('{"cmd":"NODE_HANDLE_ACK"}') if $line =~ /"cmd":"NODE_HANDLE"/;
        say_to_primary('{"cmd":"NODE_CLUSTER","act":"listening","seq":2,' . $query . '}') if $line =~ /"ack":1\b/;
        exit 0 if $line =~ /"act":"disconnect"/;
    }
}
